// The data transfers of a session: the one that the next transfer command will use, and those whose command has been sent.
import type { ControlConnections } from "./control-connections.ts";
import { DataTransfer } from "./data-transfer.ts";

export class TransferQueue {
  readonly #control: ControlConnections;
  readonly #running: Map<number, DataTransfer> = new Map();
  /** The first of them: asked for many times with each input. */
  #head: DataTransfer | undefined;
  #next: DataTransfer | undefined;
  #idLast = 0;

  constructor(control: ControlConnections) {
    this.#control = control;
  }

  get next(): DataTransfer | undefined {
    return this.#next;
  }

  /** The oldest transfer that the server has not yet answered for good, or that is not yet over. */
  get head(): DataTransfer | undefined {
    return this.#head;
  }

  get running(): readonly DataTransfer[] {
    return [...this.#running.values()];
  }

  get runningCount(): number {
    return this.#running.size;
  }

  find(id: number): DataTransfer | undefined {
    return this.#next?.id === id ? this.#next : this.#running.get(id);
  }

  /** A new one for the next transfer command. */
  create(): DataTransfer {
    this.#idLast += 1;
    this.#next = new DataTransfer(this.#idLast, this.#control);
    return this.#next;
  }

  /** What was prepared for the next transfer is void. */
  forgetNext(): void {
    const next = this.#next;
    this.#next = undefined;
    next?.drop();
  }

  /** Its command is sent now. */
  start(transfer: DataTransfer): void {
    this.#next = undefined;
    this.#running.set(transfer.id, transfer);
    this.#head ??= transfer;
  }

  end(transfer: DataTransfer): void {
    this.#running.delete(transfer.id);
    if (this.#head === transfer) this.#head = this.#running.values().next().value;
  }

  /** For the next command again; false where a later one has replaced the server's data port meanwhile. */
  reuse(transfer: DataTransfer): boolean {
    this.end(transfer);
    if (transfer.id !== this.#idLast || transfer.isDefaultPort) return false;
    this.#next = transfer;
    return true;
  }
}
