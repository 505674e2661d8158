// A file or directory that is open at the server.
import type { Reply } from "../../ssh/sftp/wire/replies.ts";
import { requests } from "../../ssh/sftp/wire/requests.ts";
import type { SftpSession } from "./sftp-session.ts";

/** Disposal closes it and does not wait for what the server says to that; idempotent. */
export class RemoteHandle implements AsyncDisposable {
  readonly id: Uint8Array;
  readonly path: string;
  readonly session: SftpSession;
  #isClosed = false;

  constructor(session: SftpSession, id: Uint8Array, path: string) {
    this.session = session;
    this.id = id;
    this.path = path;
  }

  /** Closes it, and throws what the server says against that: some write only now. */
  async close(signal: AbortSignal): Promise<void> {
    if (this.#isClosed) return;
    await this.session.answer(this.#close(), { path: this.path, doing: "write" }, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isClosed) void this.#close();
  }

  #close(): Promise<Reply<"status">> {
    this.#isClosed = true;
    return this.session.client.ask(requests.close(this.id)).reply;
  }
}
