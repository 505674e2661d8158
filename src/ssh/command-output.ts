// What a command at the SSH server gives (RFC 4254 sections 6.5 and 6.10), put together as it comes.
import { SallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import type { ExecResult } from "./ssh-connection.ts";

export class CommandOutput {
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #status: number | undefined;
  #isComplete = false;

  /** Standard output. Returns the failure where it is too much. */
  add(bytes: Uint8Array): SallyportError | undefined {
    this.#bytes += bytes.length;
    const most = limits.sshExecOutputBytesMax;
    if (this.#bytes > most) {
      return new SallyportError("LIMIT_REPLY", `the command at the SSH server wrote more than ${most} bytes`);
    }
    this.#chunks.push(Buffer.from(bytes));
    return undefined;
  }

  /** The end-of-file of standard output. It may come before the status: section 6.10 orders neither. */
  end(): void {
    this.#isComplete = true;
  }

  exit(status: number): void {
    this.#status = status;
  }

  /** Nothing more is to come that counts. A command that is killed, and a server that reports nothing, close the channel. */
  get isOver(): boolean {
    return this.#isComplete && this.#status !== undefined;
  }

  get result(): ExecResult {
    return { succeeded: this.#status === 0, stdout: Buffer.concat(this.#chunks).toString("utf8") };
  }
}
