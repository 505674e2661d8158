// Where an interrupted transfer begins again on a new connection to the server: only behind what is certain to be what the
// client was given, or has sent.
import { argumentText, type Command } from "../command.ts";
import { limits } from "../limits.ts";
import { type Reply, replyText } from "../reply.ts";
import type { ControlConnections } from "./control-connections.ts";
import type { DataTransfer } from "./data-transfer.ts";
import type { FileHashes } from "./file-hashes.ts";
import type { FileNotes } from "./file-notes.ts";
import type { SessionRecord } from "./session-record.ts";
import type { UpstreamSetup } from "./upstream-setup.ts";

interface SessionParts {
  readonly control: ControlConnections;
  readonly upstream: UpstreamSetup;
  readonly record: SessionRecord;
  readonly notes: FileNotes;
  readonly hashes: FileHashes;
}

/** What the data connections have carried: of an upload, what is kept is from `first` to `end`. */
export interface Held {
  readonly first: number;
  readonly end: number;
}

/** `offset`: in the bytes that the client gets or sends. */
export type Outcome = { readonly offset: number } | { readonly failure: string };

/** `isOver`: the server has said so. */
interface Reading {
  readonly from: number;
  isBegun: boolean;
  isSame: boolean | undefined;
  isOver: boolean;
}

/** `verifying`: the end of what the server has of an upload is read. `preparing`: the data connection. */
type Phase = "comparing" | "verifying" | "preparing" | "restarting" | "over";

const otherSize = "the server's SIZE is not that of what was sent";
const changed = "the file at the server has changed";
const otherContent = "the file at the server is not what was sent";

export class Resumption {
  readonly #parts: SessionParts;
  readonly #transfer: DataTransfer;
  readonly #command: Command;
  readonly #held: Held;
  readonly #onOver: (outcome: Outcome) => void;
  #phase: Phase = "comparing";
  #offset = 0;
  #reading: Reading | undefined;
  /** Waits for the word on a checksum. */
  #onHashVerified: ((isSame: boolean) => void) | undefined;

  /** The session is as it was; `onOver` is called once, unless it is stopped. */
  constructor(
    parts: SessionParts,
    transfer: DataTransfer,
    command: Command,
    held: Held,
    onOver: (outcome: Outcome) => void,
  ) {
    this.#parts = parts;
    this.#transfer = transfer;
    this.#command = resumingCommand(command);
    this.#held = held;
    this.#onOver = onOver;
  }

  start(): void {
    const { control, notes, record } = this.#parts;
    const { end } = this.#held;
    const name = argumentText(this.#command);
    if (this.#transfer.direction === "upload") {
      if (record.carriesBytes) control.ask("SIZE", name, (reply) => this.#sized(reply));
      else this.#prepare(0);
    } else if (end === 0) this.#prepare(0);
    else {
      notes.compare(this.#transfer, name, (isSame) =>
        isSame ? this.#verifyHash(end, changed, () => this.#prepare(end)) : this.#fail(changed),
      );
    }
  }

  /** The client wants it no more. What the server was sent for it must not become another transfer's. */
  stop(): void {
    if (this.#phase === "restarting") this.#parts.control.ask("REST", "0");
    this.#phase = "over";
  }

  /** Something happened: perhaps what it waits for. */
  proceed(): void {
    if (this.#phase === "verifying") this.#verify();
    else if (this.#phase === "preparing" && this.#isPrepared(this.#command)) this.#restart();
  }

  /** What was read is, or is not, what was sent. */
  verified(isSame: boolean): void {
    const onHashVerified = this.#onHashVerified;
    this.#onHashVerified = undefined;
    if (onHashVerified !== undefined) onHashVerified(isSame);
    else if (this.#reading !== undefined) {
      this.#reading.isSame ??= isSame;
      this.#verifyEnds();
    }
  }

  /** An upload of which the server has what SIZE says. */
  #sized(reply: Reply): void {
    const { first, end } = this.#held;
    const text = replyText(reply).trim();
    const isTold = reply.code === 213 && /^\d{1,15}$/.test(text);
    const size = isTold ? Number(text) - this.#base : 0;
    const isAppend = this.#transfer.verb === "APPE";
    // To the end of another file nothing is appended.
    if (isAppend && isTold && size === 0 && first === 0) this.#compareUntouched();
    else if (isAppend && size <= 0) this.#fail(otherSize);
    // Nothing that the server may have is needed.
    else if (size <= 0 && first === 0) this.#prepare(0);
    else if (size <= first || size > end) this.#fail(otherSize);
    else {
      this.#offset = size;
      this.#verifyHash(size, otherContent, () => {
        if (this.#phase === "comparing") this.#phase = "verifying";
      });
    }
  }

  #compareUntouched(): void {
    const name = argumentText(this.#command);
    this.#parts.notes.compare(this.#transfer, name, (isSame) => (isSame ? this.#prepare(0) : this.#fail(changed)));
  }

  /** Of all that was carried up to there, where the server reports its checksum. `unreported`: what is to be done where it does not. */
  #verifyHash(length: number, other: string, unreported: () => void): void {
    const { hashes, control } = this.#parts;
    const { id, direction, command } = this.#transfer;
    const question = { name: argumentText(this.#command), from: this.#base, to: this.#base + length };
    const attempt = (spelling: number): void =>
      hashes.ask(question, spelling, (digest) => {
        if (this.#phase !== "comparing") return;
        if (digest === undefined && spelling === 0) unreported();
        else if (digest === undefined) this.#fail(other);
        else {
          this.#onHashVerified = (isSame) => {
            if (isSame) this.#prepare(this.#offset);
            else if (spelling + 1 < hashes.spellings) attempt(spelling + 1);
            else this.#fail(other);
          };
          control.emit({ type: "verify-hash", id, length, digest });
        }
      });
    if (direction === "download") this.#offset = length;
    if (command?.hash === undefined || length > limits.hashedBytesMax) unreported();
    else attempt(0);
  }

  /** Where in the file the transfer began. */
  get #base(): number {
    return baseOf(this.#transfer, this.#parts.notes);
  }

  #prepare(offset: number): void {
    if (this.#phase === "over") return;
    this.#offset = offset;
    this.#phase = "preparing";
  }

  /** By its size alone another file might pass: its end is read, and compared with what was sent. */
  #verify(): void {
    if (this.#reading !== undefined) this.#read(this.#reading);
    else {
      const { iac } = this.#command;
      const command: Command = { verb: "RETR", argument: argumentText(this.#command), iac };
      if (this.#isPrepared(command)) this.#beginReading(command);
    }
  }

  #beginReading(command: Command): void {
    const { control } = this.#parts;
    const from = Math.max(this.#held.first, this.#offset - limits.verifiedBytes);
    this.#reading = { from, isBegun: false, isSame: undefined, isOver: false };
    const position = this.#base + from;
    if (position > 0) control.ask("REST", String(position), ({ code }) => code === 350 || this.verified(false));
    this.#transfer.connectUpstream();
    const onFinal = ({ code }: Reply): void => {
      if (this.#reading === undefined) return;
      this.#reading.isOver = true;
      if (code >= 400 && !this.#reading.isBegun) this.verified(false);
      else this.#verifyEnds();
    };
    control.forward(command, { verb: "RETR", kind: "transfer", onFinal }, "gateway");
  }

  #read(reading: Reading): void {
    const { id, upstream, command, failure } = this.#transfer;
    if (upstream === "ready") this.#transfer.connectUpstream();
    if (upstream === "failed") this.#fail(failure);
    else if (upstream === "open" && !reading.isBegun) {
      reading.isBegun = true;
      const { secure = [] } = command ?? {};
      const range = { from: reading.from, to: this.#offset };
      this.#parts.control.emit({ type: "verify", id, ...range, ...(secure.length > 0 && { secure }) });
    }
  }

  /** The reading is over when its data has come and the server has said so. */
  #verifyEnds(): void {
    const reading = this.#reading;
    if (reading?.isSame === undefined || !reading.isOver) return;
    this.#reading = undefined;
    this.#transfer.withdrawUpstream();
    if (reading.isSame) this.#prepare(this.#offset);
    else this.#fail(otherContent);
  }

  /** The server listens for the data connection of this command. */
  #isPrepared(command: Command): boolean {
    const { upstream } = this.#parts;
    upstream.begin(this.#transfer, command);
    const { refusal, failure } = this.#transfer;
    if (refusal === undefined && this.#transfer.upstream !== "failed") return upstream.mayFollow(this.#transfer);
    this.#fail(refusal === undefined ? failure : replyText(refusal));
    return false;
  }

  #restart(): void {
    const position = this.#base + this.#offset;
    if (position === 0) {
      this.#end({ offset: 0 });
      return;
    }
    this.#phase = "restarting";
    this.#parts.control.ask("REST", String(position), (reply) => {
      if (reply.code === 350) this.#end({ offset: this.#offset });
      else this.#fail(`the FTP server said ${reply.lines[0]} to REST`);
    });
  }

  #fail(failure: string): void {
    this.#end({ failure });
  }

  #end(outcome: Outcome): void {
    if (this.#phase === "over") return;
    this.#phase = "over";
    this.#onOver(outcome);
  }
}

/** Why the transfer cannot be resumed, whatever the server says. */
export function resumptionObstacle(
  transfer: DataTransfer,
  { first, end }: Held,
  { notes, record }: Pick<SessionParts, "notes" | "record">,
): string | undefined {
  const { verb, direction } = transfer;
  const isWhole = (direction === "download" ? end : first) === 0;
  if (direction === "upload" && verb !== "STOR" && verb !== "APPE") return `${verb} cannot be sent twice`;
  if (Number.isNaN(baseOf(transfer, notes))) return "where it began is not known";
  if (isWhole) return undefined;
  if (direction === "upload") return record.carriesBytes ? undefined : "only TYPE I is resumed in the middle";
  return notes.isKnown(transfer) ? undefined : "the file's SIZE and MDTM are not known";
}

/** What brings the rest of it, behind REST: to a known place in the file, whatever else may be at its end by now. */
export const resumingCommand = (command: Command): Command =>
  command.verb === "APPE" ? { ...command, verb: "STOR" } : command;

/** Where the client's own REST had it begin, or the end of the file had an append. */
function baseOf(transfer: DataTransfer, notes: FileNotes): number {
  const { command, verb } = transfer;
  if (verb === "APPE") return command?.restarted === true ? Number.NaN : notes.sizeOf(transfer);
  if (command?.restart === undefined) return command?.restarted === true ? Number.NaN : 0;
  const text = argumentText(command.restart).trim();
  return /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
}
