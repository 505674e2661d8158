// Asks ssh to have the server listen, and to have it stop.
import { formatEndpoint } from "../../platform/endpoint.ts";
import { SallyportError } from "../../protocol/error.ts";
import { limits } from "../../protocol/limits.ts";
import { forwardRefused } from "../refusals.ts";
import { MuxClient } from "./mux-client.ts";
import { forwardBody, type MuxReply, mux } from "./mux-messages.ts";
import { UnixListener } from "./unix-listener.ts";

export interface Forward {
  /** The port that the server listens on. */
  readonly port: number;
  readonly socket: UnixListener;
  /** Resolves when ssh has sent the cancellation; also when ssh is gone. */
  cancel(): Promise<void>;
}

export class ForwardRequests {
  readonly #muxPath: string;
  readonly #file: (name: string) => string;
  /** Hosts by number, for names of sockets. */
  readonly #hosts: string[] = [];
  /**
   * Addresses that the server once refused. ssh forgets to forget them (mux_confirm_remote_forward), and for ever sends
   * connections for them to the Unix socket of the first request; so every request for an address names the same one.
   */
  readonly #marked = new Set<string>();
  #chosen = 0;

  constructor(muxPath: string, file: (name: string) => string) {
    this.#muxPath = muxPath;
    this.#file = file;
  }

  /** Throws SSH_FORWARD_REFUSED, or SSH_DISCONNECTED. `host` as -R spells it; `port` 0 lets the server choose. */
  async open(host: string, port: number): Promise<Forward> {
    for (let attempt = 1; ; attempt++) {
      const forward = await this.#open(host, port);
      const isMarked = port === 0 && this.#marked.has(formatEndpoint({ host, port: forward.port }));
      if (!isMarked) return forward;
      await forward.cancel();
      forward.socket.close();
      if (attempt === limits.sshForwardChoicesMax) throw forwardRefused(formatEndpoint({ host, port }));
    }
  }

  async #open(host: string, port: number): Promise<Forward> {
    const socket = await listenOn(this.#file(this.#socketName(host, port)), formatEndpoint({ host, port }));
    try {
      const body = forwardBody(host, port, socket.path);
      const reply = await this.#ask(mux.openForward, body);
      const cancel = async (): Promise<void> => {
        await this.#ask(mux.closeForward, body).catch(() => {});
      };
      return { port: this.#portOf(reply, host, port), socket, cancel };
    } catch (error) {
      socket.close();
      throw error;
    }
  }

  #portOf(reply: MuxReply, host: string, port: number): number {
    if (reply.type === mux.remotePort) return reply.value;
    if (reply.type === mux.ok) return port;
    this.#marked.add(formatEndpoint({ host, port }));
    throw forwardRefused(formatEndpoint({ host, port }));
  }

  /** A separate connection for each: ssh answers one request for a listener at a time on each (mux_pause). */
  async #ask(type: number, body: Uint8Array): Promise<MuxReply> {
    const client = await MuxClient.connect(this.#muxPath);
    try {
      return await client.request(type, body);
    } finally {
      client.close();
    }
  }

  #socketName(host: string, port: number): string {
    if (port === 0) return `c${this.#chosen++}`;
    if (!this.#hosts.includes(host)) this.#hosts.push(host);
    return `p${this.#hosts.indexOf(host)}-${port}`;
  }
}

async function listenOn(path: string, bind: string): Promise<UnixListener> {
  try {
    return await UnixListener.open(path);
  } catch (cause) {
    const system = String((cause as NodeJS.ErrnoException).code);
    if (system === "EADDRINUSE") throw forwardRefused(bind, "we listen there already");
    throw new SallyportError("NET_FAILED", `could not make the socket for a remote listener: ${system}`, {
      cause,
      details: { phase: "listen", system },
    });
  }
}
