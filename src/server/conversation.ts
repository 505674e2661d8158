// What the handler of a command gets to work with, and gives back.
import type { FileSystem } from "../platform/file-system.ts";
import type { LoginGuard } from "../platform/login-guard.ts";
import type { Connection } from "../platform/network.ts";
import type { TraceEventBody } from "../platform/trace.ts";
import { SallyportError } from "../protocol/error.ts";
import { resolvePath } from "../protocol/file-path.ts";
import { plainHost } from "../protocol/ip-address.ts";
import type { Reply } from "../protocol/reply.ts";
import type { Account } from "./account.ts";
import type { DataEnds } from "./data-ends.ts";
import type { Carrier, ServerEnvironment, ServerPolicy, TlsSession } from "./environment.ts";
import type { LostUploads } from "./lost-uploads.ts";
import type { SessionState } from "./session-state.ts";

/** A transfer that is under way, for STAT. */
export interface RunningTransfer {
  readonly what: string;
  readonly progress: { bytes: number };
}

/** What every session of one server is given. */
export interface SessionContext {
  readonly id: number;
  readonly policy: ServerPolicy;
  readonly environment: ServerEnvironment;
  readonly guard: LoginGuard;
  readonly lostUploads: LostUploads;
  /** Called when somebody has logged in; again is harmless. */
  readonly onLogin: () => void;
  readonly carrier: Carrier | undefined;
}

export interface Conversation {
  readonly context: SessionContext;
  readonly state: SessionState;
  readonly data: DataEnds;
  /** The control connection as it is now. */
  readonly control: Connection;
  readonly secure: boolean;
  readonly tls: TlsSession | undefined;
  transfer: RunningTransfer | undefined;
  /** What the last transfer has moved, for the log. */
  moved: { readonly path: string; readonly bytes: number } | undefined;
  /** Writes a preliminary reply; the final one is what the handler returns. */
  say(reply: Reply): void;
  emit(event: TraceEventBody): void;
  /** Work that may go on behind the reply, and is waited for at the end of the session. */
  track(work: Promise<unknown>): void;
}

/** A reply, and what is to happen behind it: hang up, TLS handshake. */
export type Answer = Reply | { readonly reply: Reply; readonly next: "close" | "secure" };

/** `signal` aborts when the client says ABOR or goes away. What is thrown becomes a reply (see refusals.ts). */
export type Handler = (talk: Conversation, argument: string, signal: AbortSignal) => Answer | Promise<Answer>;

export type HandlerTable = Readonly<Record<string, Handler>>;

/** The account; commands that need one are not let through before there is one. */
export function accountOf(talk: Conversation): Account {
  if (talk.state.account === undefined) throw new SallyportError("INTERNAL", "a command ran before the login");
  return talk.state.account;
}

export function filesOf(talk: Conversation): FileSystem {
  return accountOf(talk).fileSystem;
}

/** A path of the client's, from its working directory. */
export function pathOf(talk: Conversation, argument: string): string {
  return resolvePath(talk.state.directory, argument);
}

/** The client's address: of one that came through our own SSH server, its SSH client's. */
export function clientOf({ context, control }: Pick<Conversation, "context" | "control">): string {
  return plainHost((context.carrier?.client ?? control.remote).host);
}
