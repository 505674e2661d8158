// tcpdump on every wire and on every host's loopback, read as it runs.
import { wakefulClock } from "../../../network/system-clock.ts";
import { SallyportError } from "../../../protocol/error.ts";
import { limits } from "../../../protocol/limits.ts";
import type { Sighting } from "../../seen-connections.ts";
import type { Enclosure } from "../enclosure/enclosure.ts";
import type { Program } from "../enclosure/program.ts";
import { type NetworkPlan, wiresNamespace } from "../network/plan.ts";
import { type Packet, readPacket } from "./packet.ts";

/** Enough for the headers; what is inside is nobody's business. */
const snapLength = 128;
/** A datagram to loopback's discard port: when it is read, what came before it has been. */
const markPort = 9;
const loopbackIndex = 1;

export class Wiretap {
  readonly #enclosure: Enclosure;
  readonly #plan: NetworkPlan;
  readonly #taps: readonly Tap[];
  readonly #see: (sighting: Sighting) => void;
  #count = 0;
  /** Wall clock of the first mark, in seconds. */
  #zero: number | undefined;

  private constructor(enclosure: Enclosure, plan: NetworkPlan, see: (sighting: Sighting) => void) {
    this.#see = see;
    this.#enclosure = enclosure;
    this.#plan = plan;
    const hosts = plan.topology.hosts.map(({ name }) => name);
    this.#taps = [wiresNamespace, ...hosts].map(
      (space) => new Tap(enclosure, space, (packet) => this.#receive(space, packet)),
    );
  }

  /** Sees everything from when it resolves; `see` is called with it, of one wire or host in the order of time. */
  static async open(enclosure: Enclosure, plan: NetworkPlan, see: (sighting: Sighting) => void): Promise<Wiretap> {
    const tap = new Wiretap(enclosure, plan, see);
    await Promise.all(tap.#taps.map((one) => one.ready));
    await tap.catchUp();
    return tap;
  }

  /** Resolves when all that was sent before has been read. */
  async catchUp(): Promise<void> {
    const spaces = [wiresNamespace, ...this.#plan.topology.hosts.map(({ name }) => name)];
    const marked = Promise.all(this.#taps.map((tap) => tap.nextMark()));
    const send = (space: string): string =>
      `nsenter --net=/run/netns/${space} bash -c 'echo >/dev/udp/127.0.0.1/${markPort}'`;
    await this.#enclosure.script(spaces.map(send).join("\n"));
    const marks = await marked;
    this.#zero ??= Math.max(...marks);
  }

  /** From milliseconds since 1970 to those since it began to see. */
  sinceBegin(timeMs: number): number {
    return timeMs - (this.#zero ?? 0) * 1000;
  }

  #receive(space: string, { time, isOutgoing, interfaceIndex, kind, ...packet }: Packet): void {
    // On loopback a packet leaves and arrives; at a bridge it arrives at the port of its sender, and leaves by another one.
    if (isOutgoing || kind === "mark" || this.#count >= limits.labPacketsMax) return;
    const isOnWire = space === wiresNamespace;
    const end = this.#plan.attachments.find(({ portIndex }) => portIndex === interfaceIndex);
    if (isOnWire && end === undefined) return;
    this.#count += 1;
    const [node, wire] = isOnWire && end !== undefined ? [end.node, end.wire] : [space, undefined];
    this.#see({ atMs: this.sinceBegin(time * 1000), node, wire, kind, ...packet });
  }
}

class Tap {
  readonly ready: Promise<unknown>;
  readonly #program: Program;
  readonly #marks: Array<(time: number) => void> = [];

  constructor(enclosure: Enclosure, space: string, see: (packet: Packet) => void) {
    // Only "any" has cooked headers, which have the interface; a host's own interfaces are seen at the bridges already.
    const words = ["-i", "any", "-y", "LINUX_SLL2", "-n", "-U", "--immediate-mode", "-s", `${snapLength}`, "-w", "-"];
    const wanted = `(tcp or icmp or udp port ${markPort})`;
    const filter = space === wiresNamespace ? wanted : `${wanted} and ifindex ${loopbackIndex}`;
    this.#program = enclosure.start(space, ["tcpdump", ...words, filter], { hasOutput: true });
    this.ready = this.#program.logged(/listening on/);
    const stream = new PcapStream();
    this.#program.output.on("data", (bytes: Buffer) => {
      for (const record of stream.receive(bytes)) {
        const packet = readPacket(record.time, record.bytes);
        if (packet === undefined) continue;
        if (packet.kind === "mark") this.#mark(packet);
        else see(packet);
      }
    });
  }

  /** Wall clock of the next mark. */
  nextMark(): Promise<number> {
    return new Promise((resolve, reject) => {
      const cancel = wakefulClock.after(limits.labMarkMs, () =>
        reject(new SallyportError("CONFIG_INVALID", `tcpdump saw no mark:\n${this.#program.log}`)),
      );
      this.#marks.push((time) => {
        cancel();
        resolve(time);
      });
    });
  }

  #mark(packet: Packet): void {
    if (!packet.isOutgoing) this.#marks.shift()?.(packet.time);
  }
}

// The stream that `tcpdump -w -` writes (pcap-savefile(5)), packet by packet.
const fileHeaderLength = 24;
const recordHeaderLength = 16;
const magic = { micro: 0xa1b2c3d4, nano: 0xa1b23c4d } as const;

interface PcapRecord {
  /** Seconds since 1970. */
  readonly time: number;
  readonly bytes: Buffer;
}

/** Takes bytes as they come; gives the records that are complete. Throws on what is no such stream. */
export class PcapStream {
  #pending: Buffer = Buffer.alloc(0);
  #ticks = 0;

  receive(bytes: Buffer): PcapRecord[] {
    this.#pending = Buffer.concat([this.#pending, bytes]);
    if (this.#ticks === 0 && !this.#readFileHeader()) return [];
    const records: PcapRecord[] = [];
    for (let record = this.#next(); record !== undefined; record = this.#next()) records.push(record);
    return records;
  }

  /** tcpdump writes in the order of this machine; little-endian everywhere that we run. */
  #readFileHeader(): boolean {
    if (this.#pending.length < fileHeaderLength) return false;
    const found = this.#pending.readUInt32LE(0);
    if (found === magic.micro) this.#ticks = 1e6;
    else if (found === magic.nano) this.#ticks = 1e9;
    else throw new TypeError("tcpdump wrote no little-endian pcap stream");
    this.#pending = this.#pending.subarray(fileHeaderLength);
    return true;
  }

  #next(): PcapRecord | undefined {
    const header = this.#pending;
    if (header.length < recordHeaderLength) return undefined;
    const length = header.readUInt32LE(8);
    if (header.length < recordHeaderLength + length) return undefined;
    this.#pending = header.subarray(recordHeaderLength + length);
    return {
      time: header.readUInt32LE(0) + header.readUInt32LE(4) / this.#ticks,
      bytes: header.subarray(recordHeaderLength, recordHeaderLength + length),
    };
  }
}
