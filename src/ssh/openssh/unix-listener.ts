// Where ssh delivers the connections of a remote listener.
import { createServer, type Server, type Socket } from "node:net";
import { limits } from "../../protocol/limits.ts";

/** A listening Unix socket. It listens before ssh knows of it, and before there is a listener to notify. */
export class UnixListener {
  readonly path: string;
  readonly #server: Server;
  readonly #early: Socket[] = [];
  #take: (socket: Socket) => void = (socket) => this.#early.push(socket);

  private constructor(path: string) {
    this.path = path;
    const highWaterMark = limits.streamBufferBytes;
    this.#server = createServer({ allowHalfOpen: true, pauseOnConnect: true, highWaterMark }, (socket) => {
      socket.on("error", () => {}); // whoever takes it watches for itself
      this.#take(socket);
    });
  }

  /** Rejects with the system's error. */
  static async open(path: string): Promise<UnixListener> {
    const listener = new UnixListener(path);
    const server = listener.#server;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(path, () => {
        server.off("error", reject);
        server.on("error", () => {}); // accept(2) failed, EMFILE for example: the next one may succeed
        resolve();
      });
    });
    return listener;
  }

  onConnection(take: (socket: Socket) => void): void {
    this.#take = take;
    for (const socket of this.#early.splice(0)) take(socket);
  }

  /** Deletes the socket; connections live on. Idempotent. */
  close(): void {
    this.#take = (socket) => socket.destroy();
    for (const socket of this.#early.splice(0)) socket.destroy();
    this.#server.close();
  }
}
