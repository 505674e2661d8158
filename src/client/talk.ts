// One logged-in session with a server, as the parts of the client share it.
import type { RemoteSockets } from "../data-connection/remote-sockets.ts";
import type { TlsClient } from "../network/tls-client.ts";
import type { Clock } from "../platform/clock.ts";
import type { Endpoint } from "../platform/endpoint.ts";
import type { Network } from "../platform/network.ts";
import type { TraceEventBody } from "../platform/trace.ts";
import type { Features } from "../protocol/client/features.ts";
import { encodeName, type NameEncoding } from "../protocol/client/name-bytes.ts";
import { replyError } from "../protocol/client/reply-error.ts";
import { SallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import type { Reply } from "../protocol/reply.ts";
import type { ClientOptions } from "./client-options.ts";
import type { ControlLink } from "./control-link.ts";
import type { ModeChoice } from "./mode-choice.ts";
import type { Place, Ways } from "./place.ts";

/** What the client needs from the world. */
export interface ClientEnvironment {
  readonly network: Network;
  readonly clock: Clock;
  /** Milliseconds since 1970: listings leave out the year. */
  readonly now: () => number;
  readonly emit: (event: TraceEventBody) => void;
  /** Which end of the network's a connection has, where the network does not tell that itself (SSH). */
  readonly remoteSockets?: RemoteSockets;
}

export interface Talk {
  readonly link: ControlLink;
  /** Of whoever is logged in. */
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
  readonly ways: Ways;
  readonly place: Place;
  /** Data connections whose transfer is over and that are not gone yet: through SSH that takes a round trip. */
  readonly leaving: Set<Promise<void>>;
  /** The representation type that the server is in; undefined: not known. */
  type: "A" | "I" | undefined;
}

/** The name for the wire. Throws `FS_NAME_INVALID`. */
export function wireName(talk: Talk, name: string): string {
  return encodeName(name, encodingOf(talk));
}

export function encodingOf(talk: Talk): NameEncoding {
  return talk.options.encoding ?? "utf8";
}

/** True unless the server told its features, and this is not among them. */
export function mayHave(talk: Talk, feature: string): boolean {
  return talk.features.size === 0 || talk.features.has(feature);
}

/** Sends a command and wants 2yz. Throws `FTP_REPLY_*`; `what` begins the message. */
export async function demand(talk: Talk, what: string, verb: string, argument?: string): Promise<Reply> {
  const reply = await talk.link.command(verb, argument);
  if (reply.code < 200 || reply.code > 299) throw replyError(what, reply);
  return reply;
}

/** Disposes the data connection of a transfer that went well, while others may begin. */
export function letGo({ leaving }: Talk, data: AsyncDisposable | undefined): void {
  const gone = Promise.resolve(data?.[Symbol.asyncDispose]()).finally(() => leaving.delete(gone));
  leaving.add(gone);
}

/** Something that the user should know, in a sentence. */
export function tell(talk: Talk, note: string): void {
  talk.environment.emit({ type: "relay.note", note });
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
