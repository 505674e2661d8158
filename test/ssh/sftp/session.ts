// An SFTP session without SSH below it: a client's side as bytes.
import { Duplex, PassThrough } from "node:stream";
import type { FileSystem } from "../../../src/platform/file-system.ts";
import { WireReader } from "../../../src/ssh/connection-protocol/wire-reader.ts";
import { WireWriter } from "../../../src/ssh/connection-protocol/wire-writer.ts";
import { serveSftp } from "../../../src/ssh/sftp/server/serve-sftp.ts";
import { messages, statusCodes } from "../../../src/ssh/sftp/wire/message-types.ts";
import { until } from "../../support/until.ts";

export interface Answer {
  readonly type: number;
  /** Behind type and number. */
  readonly body: WireReader;
}

export class SftpCalls implements AsyncDisposable {
  readonly #toServer: PassThrough = new PassThrough();
  readonly #toClient: PassThrough = new PassThrough();
  readonly #stream: Duplex;
  /** Settles when the server has closed what it had open. */
  readonly served: Promise<void>;
  #received: Buffer = Buffer.alloc(0);
  #id = 0;

  constructor(files: FileSystem) {
    this.#stream = Duplex.from({ readable: this.#toServer, writable: this.#toClient });
    this.#stream.on("error", () => {});
    this.#toClient.on("data", (data: Buffer) => {
      this.#received = Buffer.concat([this.#received, data]);
    });
    this.served = serveSftp(this.#stream, { files, now: () => 0 });
  }

  raw(bytes: Uint8Array): void {
    this.#toServer.write(bytes);
  }

  /** Sends a request and returns the answer to it. */
  async ask(type: number, fill: (writer: WireWriter) => void): Promise<Answer> {
    const id = ++this.#id;
    const writer = new WireWriter().byte(type).uint32(id);
    fill(writer);
    this.raw(writer.packet());
    const packet = await this.next();
    const body = new WireReader(packet);
    const answered = body.byte();
    if (body.uint32() !== id) throw new Error("the answer is to another request");
    return { type: answered, body };
  }

  /** The next packet without its length. */
  async next(): Promise<Uint8Array> {
    return until("a packet", () => {
      const length = this.#received.length < 4 ? Number.POSITIVE_INFINITY : this.#received.readUInt32BE(0);
      if (this.#received.length < 4 + length) return undefined;
      const packet = this.#received.subarray(4, 4 + length);
      this.#received = this.#received.subarray(4 + length);
      return packet;
    });
  }

  /** The code of a status; fails for any other answer. */
  async status(type: number, fill: (writer: WireWriter) => void): Promise<number> {
    const answer = await this.ask(type, fill);
    if (answer.type !== messages.status) throw new Error(`no status but ${answer.type}`);
    return answer.body.uint32();
  }

  /** The handle, or the code of the status. */
  async open(path: string, flags: number): Promise<Uint8Array | number> {
    const answer = await this.ask(messages.open, (writer) => writer.string(path).uint32(flags).uint32(0));
    return answer.type === messages.handle ? answer.body.string().slice() : answer.body.uint32();
  }

  write(handle: Uint8Array, offset: number, text: string): Promise<number> {
    return this.status(messages.write, (writer) => writer.string(handle).uint32(0).uint32(offset).string(text));
  }

  /** The text, or the code of the status. */
  async read(handle: Uint8Array, offset: number, bytes: number): Promise<string | number> {
    const answer = await this.ask(messages.read, (w) => w.string(handle).uint32(0).uint32(offset).uint32(bytes));
    return answer.type === messages.data ? answer.body.text() : answer.body.uint32();
  }

  close(handle: Uint8Array): Promise<number> {
    return this.status(messages.close, (writer) => writer.string(handle));
  }

  /** The client says that it has said all. */
  end(): void {
    this.#toServer.end();
  }

  /** The connection breaks. */
  break(): void {
    this.#stream.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.break();
    await this.served;
  }
}

export const ok: number = statusCodes.ok;
