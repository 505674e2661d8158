// One logged-in session with a server, as the parts of the client share it.
import type { RemoteSockets } from "../data-connection/remote-sockets.ts";
import type { TlsClient } from "../network/tls-client.ts";
import type { SpareAborts } from "../platform/abort.ts";
import type { Clock } from "../platform/clock.ts";
import type { Endpoint } from "../platform/endpoint.ts";
import type { Network } from "../platform/network.ts";
import type { TraceEventBody } from "../platform/trace.ts";
import { encodeName, type NameEncoding } from "../protocol/client/name-bytes.ts";
import { replyError } from "../protocol/client/reply-error.ts";
import { SallyportError } from "../protocol/error.ts";
import type { Features } from "../protocol/features.ts";
import { limits } from "../protocol/limits.ts";
import type { Reply } from "../protocol/reply.ts";
import type { ClientOptions } from "./client-options.ts";
import type { ControlConnection } from "./control-connection.ts";
import type { DataConnection, ModeChoice } from "./mode-choice.ts";

/** What the client needs from the world. */
export interface ClientEnvironment {
  readonly network: Network;
  readonly clock: Clock;
  /** Milliseconds since 1970: listings leave out the year. */
  readonly now: () => number;
  readonly emit: (event: TraceEventBody) => void;
  /** Whether anybody wants such events: they are not put together for nobody. Absent: all are wanted. */
  readonly traces?: (type: TraceEventBody["type"]) => boolean;
  /** Which end of the network's a connection has, where the network does not report that itself (SSH). */
  readonly remoteSockets?: RemoteSockets;
  /** The same for all sessions with one server and user. */
  readonly known?: KnownServer;
}

/** What a session finds when it begins, of the first one with the same server. */
export interface KnownServer {
  first?: Pick<Session, "greeting" | "modes" | "features" | "type">;
}

export interface Session {
  readonly control: ControlConnection;
  /** Of the user who is logged in. */
  options: ClientOptions;
  readonly environment: ClientEnvironment;
  /** Our end of the control connection as the server sees it, where that is known. */
  readonly controlEnd: Endpoint | undefined;
  /** As given, for messages. */
  readonly server: Endpoint;
  readonly greeting: Reply;
  readonly features: Features;
  readonly tls: TlsClient | undefined;
  /** Data connections are inside TLS. */
  readonly protectData: boolean;
  readonly modes: ModeChoice;
  /** How this server wants files named. */
  readonly quirks: ServerQuirks;
  readonly cwd: WorkingDirectory;
  /** Data connections whose transfer is over and that are not gone yet: through SSH that takes a round trip. */
  readonly leaving: Set<Promise<void>>;
  /** The final reply to the transfer that was asked for last. */
  transfer: Promise<unknown> | undefined;
  /** Two for each transfer: what ends it, and what ends the opening of its data connection. */
  readonly spareAborts: SpareAborts;
  /** A data connection that is open, or about to be, for the transfer that comes next. */
  spare: SpareData | undefined;
  /** The representation type that the server is in; undefined: not known. */
  type: "A" | "I" | undefined;
}

/** A data connection that is opened before it is needed. */
export interface SpareData {
  /** Once; undefined where it could not be opened. */
  take(): DataConnection | undefined;
  /** Idempotent. */
  drop(): void;
}

/** What this server offers and does not have, found out and remembered for the session. */
export interface ServerQuirks {
  /** MLSD, where it is offered. */
  mlsd: "untried" | "works" | "missing";
  /** MLST was not refused as unknown. */
  mlst: boolean;
  /** PRET has not been refused. */
  pret: boolean;
  /** It has refused a CWD: one that it accepts is obeyed. */
  refusesCwd: boolean;
}

export const newQuirks = (): ServerQuirks => ({ mlsd: "untried", mlst: true, pret: true, refusesCwd: false });

/** Where the server has us. Bytes, one character each. */
export interface WorkingDirectory {
  /** Where the user is; undefined: not asked since the last change. */
  base: string | undefined;
  /** Where we went from there for a listing or a file, as a path of the user's. */
  away: string | undefined;
  /** How many CDUP lead back from there, where `base` is not known. */
  climbs: number;
  /** Where it is, as the server reported last. */
  reported: string | undefined;
  isMoving: boolean;
  /** A change that is on its way, or over. Never rejects. */
  moving: Promise<unknown>;
}

export const newWorkingDirectory = (): WorkingDirectory => ({
  base: undefined,
  away: undefined,
  climbs: 0,
  reported: undefined,
  isMoving: false,
  moving: Promise.resolve(),
});

/** The directory is another one now, or may be. */
export function forgetDirectory({ cwd }: Session): void {
  cwd.base = undefined;
  cwd.reported = undefined;
}

/** The name for the wire. Throws `FS_NAME_INVALID`. */
export function wireName(session: Session, name: string): string {
  return encodeName(name, encodingOf(session));
}

export function encodingOf(session: Session): NameEncoding {
  return session.options.encoding ?? "utf8";
}

/** True unless the server has listed its features, and this is not among them. */
export function mayHave(session: Session, feature: string): boolean {
  return session.features.size === 0 || session.features.has(feature);
}

/** Sends a command and wants 2yz. Throws `FTP_REPLY_*`; `what` begins the message. */
export async function checkedCommand(session: Session, what: string, verb: string, argument?: string): Promise<Reply> {
  const reply = await session.control.command(verb, argument);
  if (reply.code < 200 || reply.code > 299) throw replyError(what, reply);
  return reply;
}

/** Disposes the data connection of a transfer that went well, while others may begin. */
export function closeInBackground({ leaving }: Session, data: AsyncDisposable | undefined): void {
  if (data === undefined) return;
  const gone = Promise.resolve(data[Symbol.asyncDispose]()).then(() => void leaving.delete(gone));
  leaving.add(gone);
}

/** Something that the user should know, in a sentence. */
export function notify(session: Session, note: string): void {
  session.environment.emit({ type: "relay.note", note });
}

export function connectTimedOut(where: string, ms: number): SallyportError {
  return new SallyportError("NET_TIMEOUT", `could not connect to ${where}: no answer within ${ms / 1000} s`, {
    details: { phase: "connect", remote: where },
    hint: "Is there a firewall in between that drops packets?",
  });
}

export const connectMsOf = ({ connectMs }: ClientOptions): number => connectMs ?? limits.clientConnectMs;
export const replyMsOf = ({ replyMs }: ClientOptions): number => replyMs ?? limits.clientReplyMs;
export const stallMsOf = ({ dataStallMs }: ClientOptions): number => dataStallMs ?? limits.clientDataStallMs;
