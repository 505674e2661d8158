// Runs one measurement over every way: each way once, then all again, so that a busy moment does not hit one of them alone.
import { chmodSync, linkSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeTempDir } from "../test/support/tempdir.ts";
import { Belongings } from "./belongings.ts";
import type { Figures, Measurement } from "./measurements.ts";
import type { Site } from "./site.ts";
import type { OpenWay, Way } from "./ways.ts";

/** Why a way has no figure; shown below the table. */
export type Complain = (way: Way, reason: string) => void;

/** For each way the best figures, or a word. */
export async function runMeasurement(
  measurement: Measurement,
  site: Site,
  ways: readonly Way[],
  complain: Complain,
  signal: AbortSignal,
): Promise<(Figures | string)[]> {
  await using parts = new Belongings();
  const local = parts.keep(makeTempDir("bench"));
  placeFiles(measurement, site);
  if (measurement.localBytes !== undefined) writeBytes(local.file("local"), measurement.localBytes);
  const opened: (OpenWay | string)[] = [];
  for (const way of ways) opened.push(measurement.without?.includes(way.name) ? "-" : await open(way));
  const best: (Figures | string)[] = opened.map((way) => (typeof way === "string" ? way : {}));
  for (let round = 0; round < measurement.rounds; round++) {
    for (const [index, way] of opened.entries()) {
      const soFar = best[index];
      if (typeof way === "string" || typeof soFar !== "object") continue;
      signal.throwIfAborted();
      best[index] = await measurement.measure(site, way, local.file("local")).then(
        (figures) => better(soFar, figures),
        (error: Error) => fail(ways[index], error),
      );
      signal.throwIfAborted();
    }
  }
  return best;

  async function open(way: Way): Promise<OpenWay | string> {
    try {
      return parts.keep(await way.open(site));
    } catch (error) {
      return fail(way, error as Error);
    }
  }

  function fail(way: Way | undefined, error: Error): string {
    if (way !== undefined) complain(way, `${measurement.name}: ${error.message}`);
    return "failed";
  }
}

function better(a: Figures, b: Figures): Figures {
  return Object.fromEntries(Object.entries(b).map(([key, value]) => [key, Math.min(value, a[key] ?? value)]));
}

/** The second server has the same files by another name, as memory is short. */
function placeFiles(measurement: Measurement, { server, narrow }: Site): void {
  for (const [name, bytes] of measurement.files) {
    const path = join(server.root, name);
    writeBytes(path, bytes);
    chmodSync(path, 0o644);
    rmSync(join(narrow.root, name), { force: true });
    linkSync(path, join(narrow.root, name));
  }
}

const block = Buffer.from(Array.from({ length: 2 ** 20 }, (_, i) => (i * 2_654_435_761) >>> 13));

function writeBytes(path: string, bytes: number): void {
  writeFileSync(path, "");
  for (let written = 0; written < bytes; written += block.length) writeFileSync(path, block, { flag: "a" });
  truncateSync(path, bytes);
}
