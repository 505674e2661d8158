// The sockets and channels of one transfer. Performs what the relay machine wants and reports what became of it.
import type { Duplex } from "node:stream";
import { type CopyEnd, copyData, finish } from "../data-connection/copy.ts";
import { isJoined } from "../data-connection/joined-pair.ts";
import { LinkedAbort, type SpareAborts } from "../platform/abort.ts";
import type { Clock } from "../platform/clock.ts";
import { type Digest, makeDigest } from "../platform/digest.ts";
import { formatEndpoint } from "../platform/endpoint.ts";
import type { Connection } from "../platform/network.ts";
import type { TraceEventBody } from "../platform/trace.ts";
import { definedProps } from "../protocol/defined-props.ts";
import { isSallyportError, type SallyportError } from "../protocol/error.ts";
import { findingOfError } from "../protocol/findings/explain-error.ts";
import { hintFor } from "../protocol/findings/hint.ts";
import type { HashName } from "../protocol/hashes.ts";
import { limits } from "../protocol/limits.ts";
import type { CopyOutcome, DataSide, Direction, RelayInput } from "../protocol/relay/messages.ts";
import { RetainedBytes } from "./retained-bytes.ts";

/** One side of a transfer: at most one attempt, then at most one connection. */
interface Side {
  /** Ends what is under way for it: opening it, and TLS on it. Absent: nothing is. */
  attempt: LinkedAbort | undefined;
  /** Another one has taken its place: what becomes of this one nobody wants to know. */
  isForgotten: boolean;
  connection: Connection | undefined;
  /** TLS on it, begun or done. */
  securing: Promise<void> | undefined;
  /** Closes what is open beside the connection: a listener. */
  release: (() => Promise<void>) | undefined;
}

/** Makes a connection, or throws; `hold` registers what must be closed when the side is forgotten meanwhile. */
export type Opening = (signal: AbortSignal, hold: (release: () => Promise<void>) => void) => Promise<Connection>;

/** How long an opening may take, and what it ends with then. */
export interface Deadline {
  readonly delayMs: number;
  readonly late: () => SallyportError;
}

/** What puts TLS on a side's connection, where it is to have that. */
export type SecuredBy = Readonly<
  Partial<Record<DataSide, (plain: Connection, signal: AbortSignal) => Promise<Connection>>>
>;

export interface CarryOptions {
  /** Of an upload whose first connection to the server was lost. */
  readonly resendFrom?: number;
  /** To be computed, for `verifyHash`. */
  readonly hash?: HashName;
}

export interface TransferReports {
  readonly clock: Clock;
  readonly report: (input: RelayInput) => void;
  readonly emit: (event: TraceEventBody) => void;
  /** Work that the session waits for before it is over. */
  readonly track: (work: Promise<unknown>) => void;
  /** Of all transfers of the session. */
  readonly spareAborts: SpareAborts;
  /** The end of uploads is kept, for another connection to the server. */
  readonly retains: boolean;
}

/** Reason of aborts that nobody is told; made once, for a stack costs more than what it is for. */
const forgotten = new Error("forgotten");

export class TransferConnections {
  readonly id: number;
  readonly #reports: TransferReports;
  readonly #sides: Record<DataSide, Side> = { downstream: emptySide(), upstream: emptySide() };
  readonly #progress: { bytes: number } = { bytes: 0 };
  /** Ends the copy that is under way. */
  #stopCopy: (() => void) | undefined;
  /** How often it was held, or dropped: what becomes of a copy from before nobody wants to know. */
  #holds = 0;
  #retained: RetainedBytes | undefined;
  /** Of what a download has carried, where the server can be asked for the same. */
  #digest: Digest | undefined;

  constructor(id: number, reports: TransferReports) {
    this.id = id;
    this.#reports = reports;
  }

  /** Bytes carried so far. */
  get bytes(): number {
    return this.#progress.bytes;
  }

  /** Open one side; what it holds is closed. Reports `data-open` or `data-failed` unless it is forgotten before. */
  open(name: DataSide, how: string, opening: Opening, deadline?: Deadline): void {
    // The server refused PORT, and is asked once more: the SSH host still listens for the first one.
    if (this.#sides[name].release !== undefined) this.forget(name);
    const side = this.#sides[name];
    const { clock, spareAborts } = this.#reports;
    const attempt = spareAborts.take();
    side.attempt = attempt;
    const cancel = deadline && clock.after(deadline.delayMs, () => attempt.abort(deadline.late()));
    const hold = (release: () => Promise<void>): void => {
      if (side.isForgotten) this.#reports.track(release());
      else side.release = release;
    };
    const work = opening(attempt.signal, hold).then(
      (connection) => {
        cancel?.();
        if (side.isForgotten) {
          // Given up meanwhile: an end in order might pass for an empty file.
          connection.reset();
          return connection[Symbol.asyncDispose]();
        }
        side.attempt = undefined;
        spareAborts.giveBack(attempt);
        side.release = undefined; // a listener serves one connection
        side.connection = connection;
        const { local, remote } = connection;
        this.#reports.emit({
          type: "data.open",
          side: name,
          how,
          local: formatEndpoint(local),
          remote: formatEndpoint(remote),
        });
        this.#reports.report({ type: "data-open", id: this.id, side: name });
        return undefined;
      },
      (error: unknown) => {
        cancel?.();
        if (!side.isForgotten)
          this.#reports.report({ type: "data-failed", id: this.id, side: name, text: describe(error) });
      },
    );
    this.#reports.track(work);
  }

  copy(direction: Direction, securedBy: SecuredBy, options: CarryOptions): void {
    const secured = Object.entries(securedBy).map(([name, secure]) =>
      this.#secure(name as DataSide, direction, secure),
    );
    if (secured.length === 0) this.#carry(direction, options);
    else this.#reports.track(Promise.all(secured).then((all) => all.every(Boolean) && this.#carry(direction, options)));
  }

  /** Puts what is inside TLS in the plain connection's place. False: it failed, and that is reported. */
  async #secure(name: DataSide, direction: Direction, secure: NonNullable<SecuredBy[DataSide]>): Promise<boolean> {
    const side = this.#sides[name];
    const holds = this.#holds;
    const plain = side.connection;
    if (plain === undefined) return false;
    side.attempt ??= new LinkedAbort();
    try {
      // Once: the client's side outlives the server's.
      side.securing ??= secure(plain, side.attempt.signal).then((connection) => {
        if (this.#sides[name] === side) side.connection = connection;
        else connection.reset();
      });
      await side.securing;
      return this.#sides[name] === side && this.#holds === holds;
    } catch (error) {
      const outcome = name === endsOf(direction)[0] ? "source-broke" : "sink-broke";
      if (!side.isForgotten) this.#copied(direction, outcome, describe(error), holds);
    }
    return false;
  }

  #carry(direction: Direction, { resendFrom, hash }: CarryOptions): void {
    const [source, sink] = endsOf(direction);
    const from = this.#sides[source].connection;
    const to = this.#sides[sink].connection;
    if (from === undefined || to === undefined) return;
    if (direction === "upload" && this.#reports.retains)
      this.#retained ??= new RetainedBytes(limits.surviveBufferBytes, hash && makeDigest(hash));
    else if (hash !== undefined) this.#digest ??= makeDigest(hash);
    const retained = this.#retained;
    const digest = this.#digest;
    const holds = this.#holds;
    const options = {
      progress: this.#progress,
      isLast: !this.#reports.retains,
      ...(retained === undefined ? {} : { retain: retained }),
      ...(digest === undefined ? {} : { retain: { push: (chunk: Uint8Array) => digest.update(chunk) } }),
      ...(retained === undefined || resendFrom === undefined ? {} : { first: retained.from(resendFrom) }),
    };
    // ProFTPD sends 226 only when its client has closed as well, or after 10 s (TimeoutLinger); vsftpd waits for our close_notify.
    // Our end may have been sent ahead (`halfClose`), and a second one is an error with a stack, which costs more than to look.
    if (direction === "download") onceEnded(from.stream, () => from.stream.writableEnded || from.stream.end());
    this.#stopCopy = copyData(from, to, options, (end) => {
      this.#stopCopy = undefined;
      this.#reports.emit({ type: "data.half-close", side: source, bytes: end.bytes });
      const outcome = outcomeOf(end);
      const inTls = end.end === "broken" && end.error.code === "NET_TLS";
      if (outcome !== undefined) this.#copied(direction, outcome, inTls ? describe(end.error) : undefined, holds);
    });
  }

  /** `holds`: another number by now, nobody wants to know. */
  #copied(direction: Direction, outcome: CopyOutcome, text: string | undefined, holds: number): void {
    const report = (): void => {
      if (this.#holds === holds)
        this.#reports.report({ type: "copied", id: this.id, outcome, ...definedProps({ text }) });
    };
    // A client that is killed closes control and data in any order: its half upload must not be ended as if it were whole.
    if (direction === "upload" || outcome !== "eof") this.#reports.clock.after(limits.deathNewsMs, report);
    else report();
  }

  /** The server's side is lost; the client's stays as it is, and is neither read nor written. */
  hold(): void {
    this.#stop();
    this.reset("upstream");
    const carried = this.#retained?.range ?? { first: 0, end: this.#progress.bytes };
    this.#reports.report({ type: "held", id: this.id, ...carried });
  }

  /** Whether this is the checksum of the first `length` bytes that were carried. */
  verifyHash(length: number, digest: string): void {
    const own = this.#retained?.hash(length) ?? (length === this.#progress.bytes ? this.#digest?.hex() : undefined);
    this.#reports.report({ type: "verified", id: this.id, isSame: own === digest });
  }

  /** Whether the server sends these bytes of what was kept. Behind them may be more of it: its lost session may still store what it had. */
  verify(from: number, to: number, securedBy: SecuredBy): void {
    const { upstream } = securedBy;
    const secured = upstream === undefined ? Promise.resolve(true) : this.#secure("upstream", "download", upstream);
    this.#reports.track(secured.then((isSecured) => this.#compare(from, to, isSecured)));
  }

  #compare(from: number, to: number, isSecured: boolean): void {
    const { connection } = this.#sides.upstream;
    if (connection === undefined || this.#retained === undefined) return;
    const { stream } = connection;
    const report = (isSame: boolean): void => {
      if (this.#sides.upstream.connection === connection)
        this.#reports.report({ type: "verified", id: this.id, isSame });
    };
    if (!isSecured) {
      report(false);
      return;
    }
    const expected = Buffer.concat(this.#retained.from(from));
    let position = 0;
    let isSame = true;
    stream.on("data", (chunk: Buffer) => {
      isSame &&= chunk.equals(expected.subarray(position, position + chunk.length));
      position += chunk.length;
    });
    onceEnded(stream, () => {
      stream.end();
      report(isSame && position >= to - from);
    });
    stream.once("close", () => report(false));
  }

  /** Nothing is sent to the server. */
  halfClose(): void {
    this.#sides.upstream.connection?.stream.end();
  }

  /** End-of-file to this side, everything before it delivered. */
  finish(name: DataSide): void {
    const { connection } = this.#sides[name];
    if (connection === undefined) return;
    const finished = finish(connection, this.#reports.clock);
    const report = (ok: boolean): void => {
      if (this.#sides[name].connection === connection) this.#reports.report({ type: "finished", id: this.id, ok });
    };
    this.#reports.track(finished.then(report));
  }

  reset(name: DataSide): void {
    const side = this.#sides[name];
    side.connection?.reset();
    this.forget(name);
  }

  /** Close whatever this side holds, and make it ready for another one. */
  forget(name: DataSide): void {
    const side = this.#sides[name];
    this.#sides[name] = emptySide();
    side.isForgotten = true;
    // Mostly it is over, and to abort what nobody listens to has its price, too.
    side.attempt?.abort(forgotten);
    if (side.release !== undefined) this.#reports.track(side.release());
    if (side.connection !== undefined) this.#reports.track(this.#close(name, side.connection));
  }

  /** The transfer was refused before it began. */
  callOff(): void {
    if (this.bytes > 0) this.resetBoth();
    this.drop();
  }

  /** Nobody may take what was carried for complete. */
  resetBoth(): void {
    this.reset("downstream");
    this.reset("upstream");
  }

  drop(): void {
    if (this.#stopCopy !== undefined) this.#stop();
    this.forget("downstream");
    this.forget("upstream");
  }

  #stop(): void {
    this.#holds += 1;
    this.#stopCopy?.();
  }

  async #close(name: DataSide, connection: Connection): Promise<void> {
    const { writableEnded, readableEnded } = connection.stream;
    // Dropped before a file was through: the other transfer's server would store what has come, or nothing, as all of it.
    if (isJoined(connection) && !writableEnded && !readableEnded) connection.reset();
    await connection[Symbol.asyncDispose]();
    const close = await connection.closed;
    this.#reports.emit({ type: "data.close", side: name, close, bytes: this.bytes });
  }
}

function endsOf(direction: Direction): readonly [source: DataSide, sink: DataSide] {
  return direction === "download" ? ["upstream", "downstream"] : ["downstream", "upstream"];
}

/** Of an empty file inside TLS the end has been shown before anybody reads. */
function onceEnded(stream: Duplex, then: () => void): void {
  if (stream.readableEnded) then();
  else stream.once("end", then);
}

function emptySide(): Side {
  return { attempt: undefined, isForgotten: false, connection: undefined, securing: undefined, release: undefined };
}

function outcomeOf(end: CopyEnd): CopyOutcome | undefined {
  if (end.end === "eof") return "eof";
  if (end.end === "aborted") return undefined;
  return end.side === "source" ? "source-broke" : "sink-broke";
}

/** Message and hint in one line, for a reply text, and the number of the finding. */
export function describe(error: unknown): string {
  if (!isSallyportError(error)) return error instanceof Error ? error.message : String(error);
  const found = findingOfError(error);
  const hint = found === undefined || found === "no-path" ? error.hint : hintFor(error, found);
  return hint === undefined ? error.message : `${error.message} (${hint})`;
}
