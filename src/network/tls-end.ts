// Whether the end of a TLS connection is TLS's own (close_notify): Node shows both ends alike.
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import { SallyportError } from "../protocol/error.ts";
import { UploadBridge } from "./upload-bridge.ts";

export class WatchedEnd {
  /** What TLS is to run over: of a socket it would take the handle, and its end would not pass here. */
  readonly below: Duplex;
  /** TLS has said that it is over. */
  #isOver = false;

  constructor(plain: Duplex) {
    this.below = plain instanceof Socket ? new UploadBridge(plain) : plain;
  }

  /** To be called before TLS reads: the end of what is below then comes here first, and all before it is through. */
  watch(socket: TLSSocket, remote: string): void {
    const { push } = socket;
    socket.push = (chunk: Uint8Array | null, encoding?: BufferEncoding) => {
      if (chunk === null) this.#isOver = true;
      return push.call(socket, chunk, encoding);
    };
    this.below.prependOnceListener("end", () => {
      if (!this.#isOver) socket.destroy(cut(remote));
    });
  }
}

function cut(remote: string): SallyportError {
  return new SallyportError("NET_TLS", `${remote} ended the data without TLS's close_notify: it may have been cut`, {
    details: { remote },
    hint: "Somebody in between, or a server that does not say it; --server-tls-insecure takes it for whole.",
  });
}
