// The stream that `tcpdump -w -` writes (pcap-savefile(5)), packet by packet.

const fileHeaderLength = 24;
const recordHeaderLength = 16;
const magic = { micro: 0xa1b2c3d4, nano: 0xa1b23c4d } as const;

export interface PcapRecord {
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
