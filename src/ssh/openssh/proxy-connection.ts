// One connection in proxy mode to ssh's multiplexing socket, which carries channel messages in the clear.
import type { Clock } from "../../platform/clock.ts";
import { SallyportError } from "../../protocol/error.ts";
import { limits } from "../../protocol/limits.ts";
import type { Carrier } from "../channels/carrier.ts";
import { Channels } from "../channels/channels.ts";
import { type ChannelMessage, type ConnectionMessage, openRefusal } from "../connection-protocol/messages.ts";
import { PacketSplitter } from "../connection-protocol/packet-splitter.ts";
import { decodePacket, encodePacket, ignorePacket } from "../connection-protocol/ssh-packets.ts";
import { nudgeBytesMax } from "../nudge.ts";
import { MuxClient } from "./mux-client.ts";
import type { MuxSocket } from "./mux-socket.ts";
import { SendBuffer } from "./send-buffer.ts";
import { RoundTripWindows } from "./window-policy.ts";

const nothing = ignorePacket();

export class ProxyConnection implements Carrier {
  /** Never refused by us: forwarded connections come over a socket of their own (README.md). */
  readonly channels: Channels;
  /** Settles when the connection is closed: with an error if the protocol was broken. Never rejects. */
  readonly ended: Promise<SallyportError | undefined>;
  readonly #socket: MuxSocket;
  readonly #splitter = new PacketSplitter(limits.sshPacketBytesMax);
  readonly #windows: RoundTripWindows;
  readonly #sendBuffer: SendBuffer;
  readonly #waiting = new Set<() => void>();
  #failure: SallyportError | undefined;
  #refusals = 0;

  private constructor(socket: MuxSocket, clock: Clock) {
    this.#socket = socket;
    this.#windows = new RoundTripWindows(clock);
    this.#sendBuffer = new SendBuffer(clock, () => socket.widen());
    this.channels = new Channels({
      carrier: this,
      windows: this.#windows,
      role: "client",
      onOpen: (_, answer) => answer.refuse(openRefusal.prohibited, ""),
    });
    // In time: nothing comes before we have opened a channel.
    socket.onBytes = (bytes) => this.#receive(bytes);
    socket.mayWait = () => this.#windows.isLineShort;
    this.ended = socket.closed.then(() => this.#failure);
  }

  static async open(socketPath: string, clock: Clock): Promise<ProxyConnection> {
    const client = await MuxClient.connect(socketPath);
    return new ProxyConnection(await client.startProxy(), clock);
  }

  /** Once ssh has ended: it dies at once of a connection that closes after a channel was refused on it (no remote_id). */
  close(): void {
    this.#socket.destroy();
  }

  /** A packet that means nothing (nudge.ts). */
  nudge(): void {
    if (!this.channels.hasSession && this.#socket.isOpen && !this.#socket.isWriting) this.#socket.write(nothing);
  }

  send(message: ChannelMessage, released?: () => void): void {
    this.#windows.messageSent(message);
    this.#write(message, released);
  }

  isCongested(): boolean {
    return this.#socket.queuedBytes >= limits.sshSendQueueBytes;
  }

  /** A write that is done makes room. */
  whenClear(callback: () => void): void {
    this.#waiting.add(callback);
  }

  #write(message: ConnectionMessage, released?: () => void): void {
    if (!this.#socket.isOpen) return;
    const [head, data] = encodePacket(message);
    this.#socket.write(head, message.type === "data" && data === undefined ? this.#written : undefined);
    if (data !== undefined) this.#sendBuffer.sent(data.length);
    if (data === undefined) released?.();
    else if (released === undefined) this.#socket.write(data, this.#written);
    else this.#socket.write(data, (error) => this.#taken(released, error));
  }

  /** Where the socket broke, the channels do, too. */
  #taken(released: () => void, error: Error | null | undefined): void {
    if (!error) released();
    this.#written();
  }

  readonly #written = (): void => {
    if (this.#waiting.size === 0 || this.isCongested()) return;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const callback of waiting) callback();
  };

  #receive(bytes: Uint8Array): void {
    if (this.#failure !== undefined) return;
    try {
      this.#splitter.split(bytes, (packet) => this.#take(decodePacket(packet)));
    } catch (error) {
      this.#fail(error as SallyportError);
    }
    if (bytes.length < nudgeBytesMax) this.nudge();
  }

  /** We offer nothing that a global request could ask for, and make none. */
  #take(message: ConnectionMessage | undefined): void {
    if (message?.type === "global-request" && message.wantReply) this.#write({ type: "request-failure" });
    if (message === undefined || message.type === "global-request" || isAnswer(message)) return;
    this.#windows.messageReceived(message);
    if (message.type === "open-failure") this.#refusals += 1;
    this.channels.receive(message);
    if (message.type === "open-failure" || message.type === "close") this.#endIfWorn();
  }

  #fail(error: SallyportError): void {
    this.#failure = error;
    this.#socket.destroy();
  }

  /**
   * ssh forgets to free what it keeps of a refused channel (channel_proxy_upstream), and at 16,384 channels it ends itself,
   * whatever is under way: a day of clients that ask for an FTP server that is down. So it is ended in a quiet moment.
   */
  #endIfWorn(): void {
    if (this.#refusals < limits.sshRefusedChannelsMax || this.channels.count > 0) return;
    this.#fail(
      new SallyportError("SSH_DISCONNECTED", `ssh is ended after ${this.#refusals} refused connections`, {
        hint: "A new SSH connection is all it takes; see also why the connections are refused.",
      }),
    );
  }
}

type Answer = Extract<ConnectionMessage, { readonly type: "request-success" | "request-failure" }>;

const isAnswer = (message: ConnectionMessage): message is Answer =>
  message.type === "request-success" || message.type === "request-failure";
