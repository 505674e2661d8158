// Memory for the packets that ssh2 encrypts where they lie and gives to a socket. New memory for each packet of 32 KiB, and a call for
// its few bytes of random padding, were an eighth of the processor time of an upload; here it is used again once the system has taken it.
import { nodeCrypto } from "../../../platform/on-demand.ts";

/** How ssh2 lays a packet out around its payload, in its first five bytes (RFC 4253 section 6) and behind it. */
interface Framing {
  readonly padding: number;
  /** For the authentication tag. */
  readonly behind: number;
}

/** Of ssh2's ciphers: the object that makes packets and encrypts them. */
export interface PacketCipher {
  allocPacket(payload: number): Buffer;
  _onWrite(packet: Buffer): void;
}

/** What the packets are written to. */
export interface PacketSink {
  readonly writable: boolean;
  /** Bytes that the system has not taken. */
  readonly writableLength: number;
}

/** Smaller ones are made by ssh2. */
const leastPayload = 16_384;
/** RFC 4253 section 6.1: no packet is larger. */
const memoryBytes = 35_000;
const headBytes = 5;
/** A multiple of the block of each cipher: the padding of two payloads that differ by it is the same. */
const period = 16;
const randomBytes = 8192;

interface Written {
  readonly memory: Buffer;
  /** Bytes that were written until its end. */
  readonly end: number;
}

export class PacketMemory {
  readonly #sink: PacketSink;
  readonly #free: Buffer[] = [];
  /** What the sink may still need, the oldest first. */
  readonly #written: Written[] = [];
  #bytes = 0;
  #lent: Buffer | undefined;
  #served: PacketCipher | undefined;
  readonly #random = Buffer.alloc(randomBytes);
  #randomUsed = randomBytes;

  constructor(sink: PacketSink) {
    this.#sink = sink;
  }

  /** From now on its large packets are made here. How they are laid out is asked of ssh2 itself. */
  serve(cipher: PacketCipher): void {
    if (cipher === this.#served) return;
    this.#served = cipher;
    const { allocPacket, _onWrite } = cipher;
    const make = (payload: number): Buffer => allocPacket.call(cipher, payload);
    const framings = Array.from({ length: period }, (_, payload) => framingOf(make(payload), payload));
    cipher.allocPacket = (payload) => {
      const framing = framings[payload % period];
      const isOurs = payload >= leastPayload && payload + headBytes + 255 + 64 <= memoryBytes;
      return framing === undefined || !isOurs ? make(payload) : this.#make(payload, framing);
    };
    cipher._onWrite = (packet) => {
      _onWrite.call(cipher, packet);
      this.#onWritten(packet);
    };
  }

  #make(payload: number, { padding, behind }: Framing): Buffer {
    const memory = this.#take();
    const length = 1 + payload + padding;
    const packet = memory.subarray(0, 4 + length + behind);
    packet.writeUInt32BE(length, 0);
    packet[4] = padding;
    this.#pad(packet, headBytes + payload, padding);
    return packet;
  }

  #take(): Buffer {
    for (let oldest = this.#written[0]; oldest !== undefined; oldest = this.#written[0]) {
      if (this.#bytes - oldest.end < this.#sink.writableLength) break;
      this.#free.push(oldest.memory);
      this.#written.shift();
    }
    this.#lent = this.#free.pop() ?? Buffer.allocUnsafeSlow(memoryBytes);
    return this.#lent;
  }

  /** ssh2 writes nothing to a sink that is ending; what that still needs cannot be counted then, and nothing is used again. */
  #onWritten(packet: Buffer): void {
    if (!this.#sink.writable) this.#written.length = 0;
    else {
      this.#bytes += packet.length;
      if (this.#lent?.buffer === packet.buffer) this.#written.push({ memory: this.#lent, end: this.#bytes });
    }
    this.#lent = undefined;
  }

  /** Each random byte is used once. */
  #pad(packet: Buffer, at: number, count: number): void {
    if (this.#randomUsed + count > randomBytes) {
      nodeCrypto().randomFillSync(this.#random);
      this.#randomUsed = 0;
    }
    this.#random.copy(packet, at, this.#randomUsed, this.#randomUsed + count);
    this.#randomUsed += count;
  }
}

function framingOf(packet: Buffer, payload: number): Framing {
  const padding = packet[4] ?? 0;
  return { padding, behind: packet.length - headBytes - payload - padding };
}
