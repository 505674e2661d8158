// Asks ssh for things over its multiplexing socket (PROTOCOL.mux), what `ssh -O` does.
import { SallyportError } from "../../protocol/error.ts";
import { limits } from "../../protocol/limits.ts";
import { PacketSplitter } from "../connection-protocol/packet-splitter.ts";
import { decodeReply, encodeHello, encodeRequest, type MuxReply, mux, muxVersion } from "./mux-messages.ts";
import { MuxSocket } from "./mux-socket.ts";

interface Waiter {
  readonly resolve: (reply: MuxReply) => void;
  readonly reject: (error: SallyportError) => void;
}

const helloRequest = 0;

/** Requests in flight are told apart by their number. ssh works them off one after the other. */
export class MuxClient {
  readonly #socket: MuxSocket;
  readonly #splitter = new PacketSplitter(limits.sshPacketBytesMax);
  readonly #waiters = new Map<number, Waiter>();
  #nextRequest = helloRequest;
  #end: SallyportError | undefined;

  private constructor(path: string) {
    this.#socket = new MuxSocket({ path, onBytes: (bytes) => this.#receive(bytes) });
    void this.#socket.closed.then(() => this.#fail(gone()));
  }

  /** Connects and exchanges hellos (section 1). Throws SSH_DISCONNECTED, or SSH_PROTOCOL for another version. */
  static async connect(path: string): Promise<MuxClient> {
    const client = new MuxClient(path);
    try {
      await client.#socket.connected;
    } catch (cause) {
      throw gone(cause);
    }
    const { value } = await client.#ask(encodeHello());
    if (value === muxVersion) return client;
    client.close();
    throw new SallyportError("SSH_PROTOCOL", `ssh speaks version ${value} of its multiplexing protocol, not 4`, {
      hint: "Use --ssh embedded.",
    });
  }

  request(type: number, body: Uint8Array = new Uint8Array(0)): Promise<MuxReply> {
    return this.#ask(encodeRequest(type, this.#nextRequest, body));
  }

  /** Section 9: from now on the socket carries channel messages, for its new owner; this client is of no more use. */
  async startProxy(): Promise<MuxSocket> {
    const { type, reason } = await this.request(mux.proxy);
    if (type !== mux.proxyStarted) {
      this.close();
      throw new SallyportError("SSH_PROTOCOL", `ssh does not share its connection: ${reason || "no proxy mode"}`, {
        hint: "Use OpenSSH 7.4 or later, or --ssh embedded.",
      });
    }
    return this.#socket;
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Settles when ssh has closed it, or we have. Never rejects. */
  get closed(): Promise<void> {
    return this.#socket.closed;
  }

  #ask(packet: Uint8Array): Promise<MuxReply> {
    return new Promise((resolve, reject) => {
      if (this.#end !== undefined) return reject(this.#end);
      this.#waiters.set(this.#nextRequest, { resolve, reject });
      this.#nextRequest += 1;
      this.#socket.write(packet);
    });
  }

  #receive(bytes: Uint8Array): void {
    try {
      this.#splitter.split(bytes, (packet) => this.#reply(decodeReply(packet)));
    } catch (error) {
      this.#fail(error as SallyportError);
      this.close();
    }
  }

  #reply(reply: MuxReply): void {
    const waiter = this.#waiters.get(reply.request);
    this.#waiters.delete(reply.request);
    waiter?.resolve(reply);
  }

  #fail(error: SallyportError): void {
    this.#end ??= error;
    for (const { reject } of this.#waiters.values()) reject(this.#end);
    this.#waiters.clear();
  }
}

function gone(cause?: unknown): SallyportError {
  const options = { cause };
  return new SallyportError("SSH_DISCONNECTED", "the ssh that holds the connection is gone", options);
}
