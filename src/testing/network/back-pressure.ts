// A peer that does not read stops the writer; memory stays bounded; reading goes on where it stopped.
import { equal, ok } from "node:assert/strict";
import type { Connection } from "../../platform/network.ts";
import type { Facts } from "../facts.ts";
import { type Bench, directions } from "./bench.ts";
import { ending, mebibyte, roundTrips } from "./traffic.ts";

const chunk = Buffer.alloc(65_536, "x");

/** Writes so many bytes, as fast as the stream lets it, then ends. */
class Writer {
  written = 0;
  readonly #connection: Connection;
  readonly #totalBytes: number;

  constructor(connection: Connection, totalBytes: number) {
    this.#connection = connection;
    this.#totalBytes = totalBytes;
    connection.stream.on("drain", () => this.#fill());
    this.#fill();
  }

  #fill(): void {
    const { stream } = this.#connection;
    while (this.written < this.#totalBytes) {
      this.written += chunk.length;
      if (!stream.write(chunk)) return;
    }
    stream.end();
  }
}

/** Lets the network work until the writer has come to a stop: fifty round trips beside it that moved nothing. */
async function untilStuck(writer: Writer, near: Connection, far: Connection): Promise<void> {
  let before = -1;
  while (before !== writer.written) {
    before = writer.written;
    await roundTrips(near, far, 50);
  }
}

export function backPressureFacts({ describe, test }: Facts, bench: Bench): void {
  for (const direction of directions) {
    describe(`back-pressure of an ${direction} connection`, () => {
      for (const who of ["we write", "the peer writes"])
        test(`${who} to a reader that does not read`, async () => {
          const { near, far } = await bench.pair(direction);
          const beside = await bench.pair("outgoing");
          const [from, to] = who === "we write" ? [near, far] : [far, near];
          const totalBytes = bench.moreThanInFlight;
          const writer = new Writer(from, totalBytes);
          await untilStuck(writer, beside.near, beside.far);
          ok(writer.written < bench.inFlightBytesMax);
          ok(near.stream.writableLength + near.stream.readableLength < 24 * mebibyte);

          let received = 0;
          to.stream.on("data", (bytes: Buffer) => {
            received += bytes.length;
          });
          equal(await ending(to.stream), "end");
          equal(received, totalBytes);
        });
    });
  }
}
