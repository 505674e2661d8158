// The seam: a network is a place to connect from and to listen on. See docs/internals/architecture.md.
import type { Duplex } from "node:stream";
import type { SallyportError } from "../protocol/error.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Soon } from "./soon.ts";

/** Inclusive range of TCP ports; `{ first: 0, last: 0 }` lets the network choose. */
export interface PortRange {
  /** 0 with `last` 0: any free port. */
  readonly first: number;
  /** The last one of the range. */
  readonly last: number;
}

/** Where to connect to. */
export interface ConnectOptions {
  /** Name or IP address, resolved by the network itself (an SSH network resolves it at the remote end). */
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
  /** Local address and port to connect from. A network that cannot choose them throws `NET_UNSUPPORTED`. */
  readonly localAddress?: string;
  /** The port to connect from; `NET_UNSUPPORTED` where the network cannot choose it. Default: any. */
  readonly localPort?: number;
  /**
   * Ends the attempt; its reason is rethrown untouched. It may serve a later attempt too, so nothing may listen to it once there is a connection; the
   * option `signal` of Node's `net.connect` goes on listening.
   */
  readonly signal: AbortSignal;
}

/** Where to listen. */
export interface ListenOptions {
  /** Address to listen on, as the network spells it. `""` means every address of the network. */
  readonly host: string;
  /** A free port of the range is taken, tried in random order. */
  readonly ports: PortRange;
  /** Ends the attempt; its reason is rethrown untouched. The listener, once made, lives until disposed. */
  readonly signal: AbortSignal;
}

/** How a connection came to its end. `remote`/`fin` with `local`/`fin` before it is the clean one. */
export interface CloseInfo {
  /** Who caused the end. */
  readonly by: "local" | "remote";
  /** `fin`: both directions ended in order. `reset`: the peer reset it. `timeout`: the peer went silent. `lost`: the network itself went away. */
  readonly how: "fin" | "reset" | "timeout" | "lost";
  /** Why, where it did not end in order. */
  readonly error?: SallyportError;
}

/**
 * A byte stream with half-close: `stream.end()` sends end-of-file and reading goes on (`allowHalfOpen`), because FTP marks
 * the end of a file by closing. Disposal is graceful: pending writes are flushed and end-of-file is sent, within a bound,
 * then by force; idempotent. Stream errors are SallyportErrors.
 */
export interface Connection extends AsyncDisposable {
  /** Its bytes both ways. Ending it sends the end-of-file; it is half open until the peer has ended too. */
  readonly stream: Duplex;
  /** Our end. */
  readonly local: Endpoint;
  /** The remote end. `host` is `""` where the network does not report it (see the network's README). */
  readonly remote: Endpoint;
  /** User id at the remote end, where nobody else can be there: at a Unix socket that is one user's. */
  readonly user?: number | undefined;
  /** Settles once, when nothing of the connection is left. Never rejects. */
  readonly closed: Promise<CloseInfo>;
  /** Reset: the peer must not take what it got for complete (TCP RST; SSH: channel close without end-of-file). */
  reset(): void;
}

/** Connections that arrive before `accept` are kept (bounded backlog). Disposal resets those not accepted. */
export interface Listener extends AsyncDisposable {
  /** Where it listens, with the port that it got. */
  readonly endpoint: Endpoint;
  /** Next connection. Throws `CLOSED` once disposed, the network's error if the network is lost, or the signal's reason. */
  accept(options: { readonly signal?: AbortSignal }): Promise<Connection>;
}

/** What a network cannot do is an error with code `NET_UNSUPPORTED`, never a silent difference. */
export interface Network {
  /** For messages: `this machine`, `user@ssh-host`. */
  readonly name: string;
  /**
   * A connection that is open. Throws `NET_*`, over SSH also `SSH_*`; `NET_UNSUPPORTED` for what the network cannot do; the signal's
   * reason untouched.
   */
  connect(options: ConnectOptions): Promise<Connection>;
  /**
   * A listener that accepts. Throws `NET_ADDRESS_IN_USE` when no port of the range is free, `NET_*`, over SSH also `SSH_*`; the
   * signal's reason untouched.
   */
  listen(options: ListenOptions): Promise<Listener>;
}

/** Where the bytes go. Both are called from within the connection and must not throw. */
export interface Receiver {
  /** The next bytes may be put at the beginning of it. Never empty; stays the receiver's. */
  room(): Uint8Array;
  /**
   * So many bytes were put at the beginning of the room that was asked for last. False: enough for now, until more is
   * asked for; what is already on its way through this program comes none the less.
   */
  filled(count: number): boolean;
}

/** Found by its method, as not every connection can. */
export interface ReceivesInto {
  /**
   * From the first byte that nobody has read yet, in place of `data` events, which must not be listened for. The end and
   * the errors come as ever. Once for each connection. Begins to read, and returns what asks for more.
   */
  receiveInto(receiver: Receiver): () => void;
}

export function receivesInto(connection: Connection): connection is Connection & ReceivesInto {
  return "receiveInto" in connection && connection.receiveInto !== undefined;
}

export interface SendFileOptions {
  /** Its reason is rethrown untouched. */
  readonly signal: AbortSignal;
  /** How many more bytes the system has taken. */
  readonly moved: (bytes: number) => void;
}

/** Found by its method, as not every connection can. */
export interface SendsFiles {
  /**
   * The system sends a file of this machine from byte `offset` to its end; all that was written before must have been taken, and nothing may be
   * written meanwhile. Gives how many bytes that were: fewer than the file has where the system could not, for a reason that reading and writing on
   * will find. Rejects where nobody knows how many: only a reset may follow. `file`: its descriptor.
   */
  sendFile(file: number, offset: number, options: SendFileOptions): Promise<number>;
}

export function sendsFiles(connection: Connection): connection is Connection & SendsFiles {
  return "sendFile" in connection && connection.sendFile !== undefined;
}

/** Found by its property, as not every connection can. */
export interface ReleasesWritten {
  /** A write calls back only when nothing of its memory is needed any more: something else may be put there. */
  readonly releasesWritten: true;
}

export function releasesWritten(connection: Connection): connection is Connection & ReleasesWritten {
  return "releasesWritten" in connection && connection.releasesWritten === true;
}

/** Found by its method, as not every connection can. */
export interface TellsUntaken {
  /**
   * Changes whenever the network has taken more of what was written. Of a piece that leaves slowly the stream says nothing before the end, though a line
   * of a few kB/s is at it for minutes.
   */
  untaken(): number;
}

export function untakenOf(connection: Connection & Partial<TellsUntaken>): number {
  return connection.untaken?.() ?? connection.stream.writableLength;
}

/** Found by its method, as not every connection can. */
export interface TellsOutstanding {
  /** Bytes that the network has taken and that may still be on their way to the peer; undefined where nobody knows. */
  outstanding(): Soon<number | undefined>;
}

/** Undefined for a connection that does not report it. */
export function outstandingOf(connection: Connection & Partial<TellsOutstanding>): Soon<number | undefined> {
  return connection.outstanding?.();
}

/** Found by its method, as not every connection can. */
export interface TellsAcknowledged {
  /**
   * Settles when the peer's system has taken all but `rest` bytes of what was written, when nobody can know any more, or when the
   * signal is aborted. Never rejects.
   */
  acknowledged(rest: number, signal: AbortSignal): Promise<void>;
}

export function tellsAcknowledged(connection: Connection): connection is Connection & TellsAcknowledged {
  return "acknowledged" in connection && connection.acknowledged !== undefined;
}
