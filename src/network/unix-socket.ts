// A Unix-domain socket to listen on, which is its user's alone: mode 0600, ssh's StreamLocalBindMask 0177.
import { lstat, unlink } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { abortablePromise } from "../platform/abort.ts";
import { AcceptQueue } from "../platform/accept-queue.ts";
import type { Clock } from "../platform/clock.ts";
import type { Endpoint } from "../platform/endpoint.ts";
import type { Connection, Listener } from "../platform/network.ts";
import { StreamConnection } from "../platform/stream-connection.ts";
import { limits } from "../protocol/limits.ts";
import { translateErrors, translateSystemError } from "./system-error.ts";

const onlyUser = 0o177;

/** What is at both ends: this machine. FTP's data connections have no Unix sockets, so they are on loopback. */
const here: Endpoint = { host: "127.0.0.1", port: 0 };

export interface UnixSocketOptions {
  readonly path: string;
  /** ssh's StreamLocalBindUnlink: a socket that is there already is removed first. */
  readonly replace: boolean;
}

/** Closing it removes the socket. Throws `NET_*`, or the signal's reason. */
export async function listenOnUnixSocket(
  { path, replace }: UnixSocketOptions,
  clock: Clock,
  signal: AbortSignal,
): Promise<Listener> {
  if (replace) await removeSocket(path);
  return new UnixSocketListener(await bind(path, signal), path, clock);
}

/** Nothing but a socket: a file there is a mistake in the path. */
async function removeSocket(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found?.isSocket() === true) await unlink(path).catch(() => {}); // then it is in use, and that is reported
}

function bind(path: string, signal: AbortSignal): Promise<Server> {
  return abortablePromise(signal, (resolve, reject) => {
    const server = createServer({ allowHalfOpen: true });
    const onError = (error: Error): void =>
      reject(translateSystemError(error, `could not listen on ${path}`, { phase: "listen-unix", local: path }));
    const onListening = (): void => resolve(server);
    server.once("error", onError).once("listening", onListening);
    // The socket is made within the call, before anything else runs.
    const before = process.umask(onlyUser);
    server.listen({ path, backlog: limits.pendingConnectionsMax });
    process.umask(before);
    return () => {
      server.off("error", onError).off("listening", onListening);
      if (signal.aborted) server.on("error", () => {}).close();
    };
  });
}

class UnixSocketListener implements Listener {
  readonly endpoint: Endpoint = here;
  readonly #server: Server;
  readonly #path: string;
  readonly #queue: AcceptQueue = new AcceptQueue();

  constructor(server: Server, path: string, clock: Clock) {
    this.#server = server;
    this.#path = path;
    server.on("connection", (socket) => this.#queue.arrive(connectionOf(socket, path, clock)));
    server.on("error", () => {}); // EMFILE in accept(2): the next one may succeed
  }

  accept(options: { readonly signal?: AbortSignal }): Promise<Connection> {
    return this.#queue.accept(options.signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    await this.#queue.dispose(() => this.#path);
  }
}

function connectionOf(socket: Socket, path: string, clock: Clock): Connection {
  translateErrors(socket, () => ({ subject: `connection at ${path}`, details: { local: path } }));
  const user = process.getuid?.();
  return new StreamConnection({
    stream: socket,
    local: here,
    remote: here,
    user,
    clock,
    breakOff: () => socket.destroy(),
  });
}
