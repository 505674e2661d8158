// What a file is known by before a download of it or an append to it begins, so that after a loss of the connection nobody is
// sent the rest of another, and nothing is appended to one.
import { argumentText } from "../command.ts";
import type { ControlConnections } from "./control-connections.ts";
import type { DataTransfer } from "./data-transfer.ts";
import type { SessionRecord } from "./session-record.ts";

/** Replies to SIZE and MDTM, as they came. */
interface FileNote {
  size: string | undefined;
  time: string | undefined;
}

export class FileNotes {
  readonly #control: ControlConnections;
  readonly #record: SessionRecord;
  readonly #notes: WeakMap<DataTransfer, FileNote> = new WeakMap();

  constructor(control: ControlConnections, record: SessionRecord) {
    this.#control = control;
    this.#record = record;
  }

  /**
   * Before RETR or APPE, and on the wire with it, so that it costs no round trip. Some servers forget REST when another command
   * follows: it is sent once more, and has been accepted a moment ago.
   */
  take(transfer: DataTransfer): void {
    const { verb, command } = transfer;
    if (!(verb === "RETR" || verb === "APPE") || command === undefined || !this.#record.carriesBytes) return;
    const { restart } = this.#record;
    // The answer to REST has not come: what could be sent once more may be refused.
    if (command.restarted && restart === undefined) return;
    this.#notes.set(transfer, this.#ask(argumentText(command.command)));
    if (restart === undefined) return;
    this.#control.ask("REST", restart.argument, ({ code }) => {
      if (code !== 350) this.#control.loseStep(`it said ${code} to REST, which it had accepted before`);
    });
  }

  isKnown(transfer: DataTransfer): boolean {
    const note = this.#notes.get(transfer);
    return note?.size !== undefined && note.time !== undefined;
  }

  /** How long it was; NaN where the server did not say so. */
  sizeOf(transfer: DataTransfer): number {
    return sizeIn(this.#notes.get(transfer)?.size);
  }

  /** Is it still the file that it was? Strictly by what both replies say. */
  compare(transfer: DataTransfer, name: string, then: (isSame: boolean) => void): void {
    const before = this.#notes.get(transfer);
    const now = this.#ask(name, () => {
      then(now.size !== undefined && now.size === before?.size && now.time !== undefined && now.time === before.time);
    });
  }

  #ask(name: string, then: () => void = () => {}): FileNote {
    const note: FileNote = { size: undefined, time: undefined };
    this.#control.ask("SIZE", name, ({ code, lines }) => {
      if (code === 213) note.size = lines[0];
    });
    this.#control.ask("MDTM", name, ({ code, lines }) => {
      if (code === 213) note.time = lines[0];
      then();
    });
    return note;
  }
}

const sizeIn = (line: string | undefined): number => Number(/^213 +(\d{1,15})\s*$/.exec(line ?? "")?.[1] ?? Number.NaN);
