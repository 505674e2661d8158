// The connection below TLS when a client uploads: two things that TLSSocket on a bare socket does, and that cost files.
//
// It reads from the system past the socket, so a reset looks like an end-of-file (see honest-end.ts); not every client says
// close_notify, and half a file would pass for a whole one. And behind the handshake of TLS 1.3 it sends session tickets. A
// client that only writes does not read them, and when it closes, its system answers with a reset that destroys what is
// still on its way. Here bytes pass through the honest socket, and what comes behind the handshake waits for the client's end:
// that of TLS, or of TCP. Python and Java say close_notify and wait for ours before they close.
import { Duplex } from "node:stream";

export class UploadBridge extends Duplex {
  readonly #below: Duplex;
  #ended = false;
  /** All that the client sends has arrived, by the word of TLS. */
  #complete = false;
  #holding = false;
  #held: (() => void)[] = [];

  constructor(below: Duplex) {
    super({ allowHalfOpen: true, readableHighWaterMark: 65_536 });
    this.#below = below;
    below.on("data", (bytes) => {
      if (!this.push(bytes)) below.pause();
    });
    below.once("end", () => this.#end());
    // Behind its end a client need not listen to our farewell.
    below.on("error", (error) => {
      if (!this.#isOver()) this.destroy(error);
      else if (!this.#ended) this.#end();
    });
    below.once("close", () => this.#isOver() || this.destroy());
    below.pause();
  }

  /** The client has said close_notify: nothing that is sent now can cost it a byte. */
  complete(): void {
    this.#complete = true;
    this.#release();
  }

  /** The handshake is done: nothing more is sent before the client's end. */
  hold(): void {
    this.#holding = true;
  }

  override _read(): void {
    if (!this.#ended) this.#below.resume();
  }

  override _write(bytes: Uint8Array, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const write = (): void => void this.#below.write(bytes, (error) => done(this.#isOver() ? null : error));
    if (this.#holding && !this.#isOver()) this.#held.push(write);
    else write();
  }

  override _final(done: () => void): void {
    if (this.#below.destroyed) done();
    else this.#below.end(() => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#held = [];
    this.#below.destroy();
    done(error);
  }

  #isOver(): boolean {
    return this.#ended || this.#complete;
  }

  #end(): void {
    this.#ended = true;
    this.push(null);
    this.#release();
  }

  #release(): void {
    for (const write of this.#held.splice(0)) write();
  }
}
