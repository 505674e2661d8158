// The connection protocol (RFC 4254) without the SSH around it: the channels that run everywhere else, on a stream of a
// simulated host, in unencrypted packets.
import type { Duplex } from "node:stream";
import { formatEndpoint } from "../../platform/endpoint.ts";
import type { SallyportError } from "../../protocol/error.ts";
import { limits } from "../../protocol/limits.ts";
import type { Carrier } from "../../ssh/channels/carrier.ts";
import { Channels, type ChannelsOptions } from "../../ssh/channels/channels.ts";
import { WindowBudget } from "../../ssh/channels/machine/window-budget.ts";
import type { ForwardRequests } from "../../ssh/channels/tcpip-forward.ts";
import type { ConnectionMessage, GlobalMessage } from "../../ssh/connection-protocol/messages.ts";
import { PacketSplitter } from "../../ssh/connection-protocol/packet-splitter.ts";
import { decodePacket, encodePacket } from "../../ssh/connection-protocol/ssh-packets.ts";
import { openSshWindows } from "../../ssh/openssh/window-policy.ts";
import { forwardRefused } from "../../ssh/refusals.ts";

/** tcpip-forward and its cancellation (RFC 4254 section 7.1). */
export type GlobalName = "tcpip-forward" | "cancel-tcpip-forward";

export interface ClearConnectionParts extends Pick<ChannelsOptions, "role" | "onOpen"> {
  readonly stream: Duplex;
  /** Answers with the port, or `undefined` for a refusal. Absent: everything is refused. */
  readonly onGlobal?: (name: GlobalName, host: string, port: number) => Promise<number | undefined>;
}

export class ClearConnection implements Carrier {
  readonly channels: Channels;
  readonly #parts: ClearConnectionParts;
  readonly #waiting = new Set<() => void>();
  /** Global requests are answered in their order (RFC 4254 section 4). */
  readonly #questions: ((answer: GlobalMessage | undefined) => void)[] = [];
  #answering: Promise<void> = Promise.resolve();
  #lost: SallyportError | undefined;

  constructor(parts: ClearConnectionParts) {
    this.#parts = parts;
    const { stream, role, onOpen } = parts;
    // As with OpenSSH.
    const windows = new WindowBudget(openSshWindows);
    this.channels = new Channels({ carrier: this, windows, role, onOpen });
    const splitter = new PacketSplitter(limits.sshPacketBytesMax);
    stream.on("data", (bytes: Buffer) => splitter.split(bytes, (packet) => this.#receive(decodePacket(packet))));
    stream.on("drain", () => this.#clear());
    stream.once("end", () => stream.end());
  }

  send(message: ConnectionMessage, released?: () => void): void {
    const { stream } = this.#parts;
    if (!stream.writable) return;
    const [head, data] = encodePacket(message);
    stream.cork();
    stream.write(head);
    if (data !== undefined) stream.write(data);
    stream.uncork();
    released?.(); // nothing is put anywhere twice in a simulation
  }

  isCongested(): boolean {
    return this.#parts.stream.writableLength > limits.sshSendQueueBytes;
  }

  whenClear(callback: () => void): void {
    this.#waiting.add(callback);
  }

  readonly requests: ForwardRequests = {
    listen: (host, port, onBound) =>
      new Promise((resolve, reject) => {
        const refused = (): unknown => this.#lost ?? forwardRefused(formatEndpoint({ host: host || "*", port }));
        this.#ask("tcpip-forward", host, port, (answer) => {
          if (answer?.type === "request-success") resolve(onBound(answer.port ?? port));
          else reject(refused());
        });
      }),
    cancel: (host, port) => new Promise((resolve) => this.#ask("cancel-tcpip-forward", host, port, () => resolve())),
  };

  /** The connection is gone: nobody waits for an answer that cannot come any more. */
  lose(error: SallyportError): void {
    this.#lost = error;
    this.channels.lose(error);
    for (const onAnswer of this.#questions.splice(0)) onAnswer(undefined);
  }

  /** `onAnswer` is called before the next message is looked at: it may be a connection to the port. */
  #ask(name: GlobalName, host: string, port: number, onAnswer: (answer: GlobalMessage | undefined) => void): void {
    if (this.#lost === undefined) {
      this.#questions.push(onAnswer);
      this.send({ type: "global-request", name, wantReply: true, host, port });
    } else onAnswer(undefined);
  }

  #receive(message: ConnectionMessage | undefined): void {
    if (message === undefined) return;
    if (message.type === "global-request") this.#answer(message.name as GlobalName, message.host, message.port);
    else if (message.type === "request-success" || message.type === "request-failure")
      this.#questions.shift()?.(message);
    else this.channels.receive(message);
  }

  #answer(name: GlobalName, host: string, port: number): void {
    this.#answering = this.#answering.then(async () => {
      const bound = await this.#parts.onGlobal?.(name, host, port);
      this.send(bound === undefined ? { type: "request-failure" } : { type: "request-success", port: bound });
    });
  }

  #clear(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const callback of waiting) callback();
  }
}
