// A control connection on whose way some commands are answered before the server sees them.
import { Duplex } from "node:stream";
import type { Clock } from "../../platform/clock.ts";
import type { Connection } from "../../platform/network.ts";
import { StreamConnection } from "../../platform/stream-connection.ts";

export interface FilterParts {
  readonly clock: Clock;
  /** The reply to a command that goes no further. */
  readonly judge: (line: string) => string | undefined;
  /** Every line that passes, either way. Must not throw. */
  readonly notify: (from: "client" | "server", line: string) => void;
}

/** The server's end; what it does to it is done to the client's. */
export function filterControl(inner: Connection, parts: FilterParts): Connection {
  const stream = new FilteredStream(inner, parts);
  const { local, remote } = inner;
  const breakOff = (): void => {
    inner.reset();
    stream.destroy();
  };
  return new StreamConnection({ stream, local, remote, clock: parts.clock, breakOff });
}

class FilteredStream extends Duplex {
  readonly #inner: Connection;
  readonly #parts: FilterParts;
  #commands = "";
  #replies = "";
  /** AUTH was granted: what passes now is for nobody in between. */
  #isSecret = false;

  constructor(inner: Connection, parts: FilterParts) {
    super({ allowHalfOpen: true });
    this.#inner = inner;
    this.#parts = parts;
    const { stream } = inner;
    stream.on("data", (bytes: Buffer) => {
      if (this.#isSecret) this.push(bytes);
      else this.#receive(bytes.toString("latin1"));
    });
    stream.on("end", () => this.push(null));
    stream.on("error", (error) => this.destroy(error));
    stream.on("close", () => this.destroy());
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.#isSecret) {
      this.#inner.stream.write(chunk, done);
      return;
    }
    const lines = (this.#replies + chunk.toString("latin1")).split("\r\n");
    this.#replies = lines.pop() ?? "";
    for (const line of lines) this.#parts.notify("server", line);
    this.#isSecret = lines.some((line) => line.startsWith("234 "));
    this.#inner.stream.write(chunk, done);
  }

  override _final(done: () => void): void {
    this.#inner.stream.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#inner.stream.destroy();
    done(error);
  }

  #receive(text: string): void {
    const lines = (this.#commands + text).split("\r\n");
    this.#commands = lines.pop() ?? "";
    for (const line of lines) {
      this.#parts.notify("client", line);
      const reply = this.#parts.judge(line);
      if (reply === undefined) this.push(Buffer.from(`${line}\r\n`, "latin1"));
      else {
        this.#parts.notify("server", reply);
        this.#inner.stream.write(`${reply}\r\n`);
      }
    }
  }
}
