// What the handler of a command gets to work with, and gives back.

import type { FileSystem } from "../platform/file-system.ts";
import type { Connection } from "../platform/network.ts";
import type { PassiveReplyPause } from "../platform/passive-reply-pause.ts";
import type { Soon } from "../platform/soon.ts";
import type { TraceEventBody } from "../platform/trace.ts";
import { SallyportError } from "../protocol/error.ts";
import { resolvePath } from "../protocol/file-path.ts";
import { UnknownCommands } from "../protocol/foreign-protocol.ts";
import type { HashName } from "../protocol/hashes.ts";
import { plainHost } from "../protocol/ip-address.ts";
import type { FactName } from "../protocol/listing/facts-line.ts";
import type { Reply } from "../protocol/reply.ts";
import type { LoginPhase } from "../protocol/server/admission.ts";
import type { Account } from "./account.ts";
import type { Ahead } from "./ahead.ts";
import type { DataConnector } from "./data-connector.ts";
import type { SessionContext, TlsSession } from "./environment.ts";

/** A transfer that is under way, for STAT. */
export interface RunningTransfer {
  readonly what: string;
  readonly progress: { bytes: number };
}

export interface Session {
  readonly context: SessionContext;
  readonly state: SessionState;
  readonly data: DataConnector;
  /** The control connection as it is now. */
  readonly control: Connection;
  readonly secure: boolean;
  readonly tls: TlsSession | undefined;
  readonly ahead: Ahead;
  transfer: RunningTransfer | undefined;
  /** What the last transfer has moved, for the log. */
  moved: { readonly path: string; readonly bytes: number } | undefined;
  readonly passiveReplyPause: PassiveReplyPause;
  /** Writes a preliminary reply; the final one is what the handler returns. `mayWait`: a moment, for the one behind it. */
  reply(reply: Reply, mayWait?: boolean): void;
  emit(event: TraceEventBody): void;
  /** False: such an event need not be put together. */
  traces(type: TraceEventBody["type"]): boolean;
  /** Work that may go on behind the reply, and is waited for at the end of the session. */
  track(work: Promise<unknown>): void;
}

/** A reply, and what is to happen behind it: hang up, TLS handshake. */
export type Answer = Reply | { readonly reply: Reply; readonly next: "close" | "secure" };

/** `signal` aborts when the client sends ABOR or goes away. What is thrown becomes a reply (see replies.ts). */
export type Handler = (session: Session, argument: string, signal: AbortSignal) => Soon<Answer>;

export type HandlerTable = Readonly<Record<string, Handler>>;

/** The account; commands that need one are not let through before there is one. */
export function accountOf(session: Session): Account {
  if (session.state.account === undefined) throw new SallyportError("INTERNAL", "a command ran before the login");
  return session.state.account;
}

export function filesOf(session: Session): FileSystem {
  return accountOf(session).fileSystem;
}

/** Nobody is logged in any more; what belonged to the account goes. */
export function leaveAccount(session: Session): void {
  const { account } = session.state;
  session.ahead.forget();
  session.state.account = undefined;
  if (account?.owned !== undefined) session.track(Promise.resolve(account.owned[Symbol.asyncDispose]()));
}

/** Files are not sent as they are: TYPE A, where it means something. */
export function convertsLines({ state, context }: Pick<Session, "state" | "context">): boolean {
  return state.type === "A" && context.policy.ascii === "convert";
}

/** A path of the client's, from its working directory. */
export function pathOf(session: Session, argument: string): string {
  return resolvePath(session.state.directory, argument);
}

/** The client's address: of one that came through our own SSH server, its SSH client's. */
export function clientOf({ context, control }: Pick<Session, "context" | "control">): string {
  return plainHost((context.carrier?.client ?? control.remote).host);
}

// What a session remembers from one command to the next.
export interface SessionState {
  phase: LoginPhase;
  user: string;
  host: string | undefined;
  account: Account | undefined;
  directory: string;
  type: "A" | "I";
  /** For the next transfer only (REST). */
  restart: number;
  /** For the next command only (RNFR). */
  renameFrom: string | undefined;
  facts: ReadonlySet<FactName>;
  hash: HashName;
  /** EPSV ALL was received (RFC 2428 section 4). */
  extendedOnly: boolean;
  /** PBSZ was received, which has to come before PROT (RFC 4217 section 9). */
  bufferSized: boolean;
  /** PROT P */
  protectedData: boolean;
  /** Something ended because of an ABOR that has not been answered yet. */
  aborted: boolean;
  loginFailures: number;
  readonly unknownCommands: UnknownCommands;
}

const defaults = {
  phase: "start",
  user: "",
  host: undefined,
  account: undefined,
  directory: "/",
  // RFC 959 section 3.1.1.1: ASCII is the default. Every client sends TYPE I when it means it.
  type: "A",
  restart: 0,
  renameFrom: undefined,
  facts: new Set<FactName>(["type", "size", "modify", "perm", "unique", "unix.mode"]),
  hash: "SHA-256",
  extendedOnly: false,
  aborted: false,
} as const;

export function newState(): SessionState {
  return {
    ...defaults,
    bufferSized: false,
    protectedData: false,
    loginFailures: 0,
    unknownCommands: new UnknownCommands(),
  };
}

/** As just connected (REIN, AUTH); what was done wrong is not forgotten, nor the protection (RFC 4217 section 11). */
export function reinitialise(session: Session): void {
  leaveAccount(session);
  Object.assign(session.state, defaults);
}
