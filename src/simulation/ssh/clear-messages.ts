// RFC 4254's messages without the SSH around them: what our channels send and receive (src/ssh/embedded/channels), on a
// stream of a simulated host, unencrypted.
import type { Duplex } from "node:stream";
import type { ChannelReceiver, ChannelSender, DirectTcpip } from "../../ssh/embedded/channels/ssh2-messages.ts";
import { encodeFrame, type Frame, FrameReader } from "./frames.ts";

/** tcpip-forward and its cancellation (RFC 4254 section 7.1). */
export type GlobalName = "tcpip-forward" | "cancel-tcpip-forward";

export interface ClearMessagesParts {
  readonly stream: Duplex;
  readonly receiver: ChannelReceiver;
  /** Answers with the port, or `undefined` for a refusal. */
  readonly onGlobal: (name: GlobalName, host: string, port: number) => Promise<number | undefined>;
}

interface Question {
  readonly onAnswer: (port: number | undefined) => void;
}

export class ClearMessages {
  /** To send by; a command's standard error is dropped. */
  readonly send: ChannelSender;
  readonly #parts: ClearMessagesParts;
  /** Global requests are answered in their order (RFC 4254 section 4). */
  readonly #questions: Question[] = [];
  #answering: Promise<void> = Promise.resolve();

  constructor(parts: ClearMessagesParts) {
    this.#parts = parts;
    this.send = senderOn((name, args, data) => this.#write(name, args, data));
    const reader = new FrameReader();
    parts.stream.on("data", (bytes: Buffer) => {
      for (const frame of reader.read(bytes)) this.#receive(frame);
    });
  }

  /** `onAnswer` is called before the next message is looked at: it may be a connection to the port. */
  ask(name: GlobalName, host: string, port: number, onAnswer: (port: number | undefined) => void): void {
    this.#questions.push({ onAnswer });
    this.#write("ask", [name, host, port]);
  }

  /** The connection is gone: nobody waits for an answer that cannot come any more, as with ssh2. */
  lose(): void {
    for (const { onAnswer } of this.#questions.splice(0)) onAnswer(undefined);
  }

  #write(name: string, args: readonly unknown[], data?: Uint8Array): void {
    if (this.#parts.stream.writable) this.#parts.stream.write(encodeFrame(name, args, data));
  }

  #receive({ name, args, data }: Frame): void {
    const { receiver, onGlobal } = this.#parts;
    if (name === "answer") this.#questions.shift()?.onAnswer((args[0] as number | null) ?? undefined);
    else if (name === "ask") {
      const [request, host, port] = args as [GlobalName, string, number];
      this.#answering = this.#answering.then(async () => {
        this.#write("answer", [(await onGlobal(request, host, port)) ?? null]);
      });
    } else {
      const receive = receiver[name as keyof ChannelReceiver] as (...all: unknown[]) => void;
      receive.call(receiver, ...args, ...(data.length > 0 ? [data] : []));
    }
  }
}

type Write = (name: keyof ChannelReceiver, args: readonly unknown[], data?: Uint8Array) => void;

function senderOn(write: Write): ChannelSender {
  const open = (type: string, ours: number, window: number, packetSize: number, data: object): void =>
    write("CHANNEL_OPEN", [{ type, sender: ours, window, packetSize, data }]);
  return {
    directTcpip: (ours, window, packetMax, { dstIP, dstPort, srcIP, srcPort }: DirectTcpip) =>
      open("direct-tcpip", ours, window, packetMax, { destIP: dstIP, destPort: dstPort, srcIP, srcPort }),
    forwardedTcpip: (ours, window, packetMax, { boundAddr, boundPort, remoteAddr, remotePort }) =>
      open("forwarded-tcpip", ours, window, packetMax, {
        destIP: boundAddr,
        destPort: boundPort,
        srcIP: remoteAddr,
        srcPort: remotePort,
      }),
    session: (ours, window, packetMax) => open("session", ours, window, packetMax, {}),
    channelOpenConfirm: (recipient, sender, window, packetSize) =>
      write("CHANNEL_OPEN_CONFIRMATION", [{ recipient, sender, window, packetSize }]),
    channelOpenFail: (theirs, reason, words) => write("CHANNEL_OPEN_FAILURE", [theirs, reason, words]),
    channelData: (theirs, data) => write("CHANNEL_DATA", [theirs], data),
    channelWindowAdjust: (theirs, bytes) => write("CHANNEL_WINDOW_ADJUST", [theirs, bytes]),
    channelEOF: (theirs) => write("CHANNEL_EOF", [theirs]),
    channelClose: (theirs) => write("CHANNEL_CLOSE", [theirs]),
    channelSuccess: (theirs) => write("CHANNEL_SUCCESS", [theirs]),
    channelFailure: (theirs) => write("CHANNEL_FAILURE", [theirs]),
    channelExtData: () => {},
    exec: (theirs, command, wantReply) => write("CHANNEL_REQUEST", [theirs, "exec", wantReply, command]),
    subsystem: (theirs, name, wantReply) => write("CHANNEL_REQUEST", [theirs, "subsystem", wantReply, name]),
    signal: (theirs, signal) => write("CHANNEL_REQUEST", [theirs, "signal", false, signal]),
    exitStatus: (theirs, code) => write("CHANNEL_REQUEST", [theirs, "exit-status", false, code]),
  };
}
