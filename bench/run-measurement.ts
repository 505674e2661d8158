// Runs one measurement over every way: each way once, then all again, so that a busy moment does not hit one of them alone.
import { chmodSync, linkSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeTempDir } from "../test/support/tempdir.ts";
import { Belongings } from "./belongings.ts";
import { better, type Figures } from "./figures.ts";
import { type Measurement, NotMeasured, type OpenWay, type Site, type Way } from "./measurement.ts";

/** Why a way has no figure; shown below the table. */
export type Complain = (way: string, reason: string) => void;

/** For each way the best figures, or a word. An aborted signal ends it at once; what was started is ended then too. */
export async function runMeasurement<S extends Site>(
  measurement: Measurement,
  site: S,
  ways: readonly Way<S>[],
  complain: Complain,
  signal: AbortSignal,
): Promise<(Figures | string)[]> {
  await using parts = new Belongings();
  const local = parts.keep(makeTempDir("bench"));
  placeFiles(measurement, site);
  for (const [name, bytes] of measurement.localFiles ?? []) writeBytes(local.file(name), bytes);
  const opened: (OpenWay | string)[] = [];
  for (const way of ways) opened.push(measurement.without?.includes(way.name) ? "-" : await open(way));
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  aborted.catch(() => {});
  const best: (Figures | string)[] = opened.map((way) => (typeof way === "string" ? way : {}));
  for (let round = 0; round < measurement.rounds; round++) {
    for (const [index, way] of opened.entries()) {
      const soFar = best[index];
      if (typeof way === "string" || typeof soFar !== "object") continue;
      signal.throwIfAborted();
      const measured = measurement.measure(site, way, local.path).then(
        (figures) => better(soFar, figures),
        (error: Error) => (signal.aborted ? "-" : fail(ways[index], error)),
      );
      best[index] = await Promise.race([measured, aborted]);
    }
  }
  return best;

  async function open(way: Way<S>): Promise<OpenWay | string> {
    try {
      return parts.keep(await way.open(site));
    } catch (error) {
      return fail(way, error as Error);
    }
  }

  function fail(way: Way<S> | undefined, error: Error): string {
    complain(way?.name ?? "", `${measurement.name}: ${error.message}`);
    return error instanceof NotMeasured ? "not measured" : "failed";
  }
}

/** The other servers have the first one's files by another name, as memory is short. */
function placeFiles(measurement: Measurement, { roots: [first = "", ...others] }: Site): void {
  for (const [name, bytes] of measurement.files) {
    const path = join(first, name);
    writeBytes(path, bytes);
    chmodSync(path, 0o644);
    for (const other of others) {
      rmSync(join(other, name), { force: true });
      linkSync(path, join(other, name));
    }
  }
}

const block = Buffer.from(Array.from({ length: 2 ** 20 }, (_, i) => (i * 2_654_435_761) >>> 13));

function writeBytes(path: string, bytes: number): void {
  writeFileSync(path, "");
  for (let written = 0; written < bytes; written += block.length) writeFileSync(path, block, { flag: "a" });
  truncateSync(path, bytes);
}
