// Measurements of transfers: one large file, and many small ones with one curl.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { inverse, map, pick } from "./figures.ts";
import type { Measurement, OpenWay } from "./measurement.ts";
import { processorSeconds } from "./processor-time.ts";
import { ratios } from "./table.ts";
import { timedCurl } from "./timed-curl.ts";

export interface TransferKind {
  readonly name: string;
  readonly direction: "download" | "upload";
  /** In the row's label: `loopback`. */
  readonly where: string;
  readonly rounds: number;
  /** The column that the others are compared with. */
  readonly base: string;
  /** Inside TLS. Default false. */
  readonly tls?: boolean;
  /** With a row of round trips a file, in place of files a second. */
  readonly roundTripMs?: number;
  /** Small files are compared by the median of their times, in place of the time of all; see README.md. */
  readonly byMedian?: boolean;
  /** All ways at the same time. */
  readonly atOnce?: boolean;
  /** With a row of the processor time that the carriers used. */
  readonly processor?: boolean;
}

const smallBytes = 2000;

export function smallFiles(count: number, kind: TransferKind): Measurement {
  const { name, direction, where, rounds, base, roundTripMs, tls = false, byMedian = false, atOnce = false } = kind;
  const files = numbered(count).map((file) => [file, smallBytes] as const);
  const all = `f[${pad(1, count)}-${count}]`;
  const bytes = count * smallBytes;
  return {
    name,
    rounds,
    atOnce,
    ...(direction === "download" ? { files } : { files: [], localFiles: files }),
    measure: async (site, way, localDir) => {
      if (direction === "upload") for (const [file] of files) removeFrom(way, file);
      const words = direction === "upload" ? { path: "", upload: join(localDir, all) } : { path: all };
      const { whole, file } = await timedCurl(site, way, { ...words, bytes, tls });
      return { seconds: whole, file };
    },
    rows: (figures, columns) => {
      const seconds = pick(figures, "seconds");
      const file = byMedian ? pick(figures, "file") : map(seconds, (value) => value / count);
      const what = direction === "download" ? `${count} files of 2 kB` : `upload of ${count} files of 2 kB`;
      return [
        { label: `${what}${inTls(tls)}, ${where}: seconds`, cells: seconds, digits: 2 },
        roundTripMs === undefined
          ? { label: `  files a second${byMedian ? ", by the median" : ""}`, cells: inverse(file) }
          : { label: "  round trips a file", cells: map(file, (value) => (value * 1000) / roundTripMs), digits: 2 },
        { label: `  speed / ${base}`, cells: inverse(ratios(file, columns.indexOf(base))), digits: 2 },
      ];
    },
  };
}

export function largeFile(megabytes: number, kind: TransferKind): Measurement {
  const { name, direction, where, rounds, base, tls = false } = kind;
  const bytes = megabytes * 1_000_000;
  return {
    name,
    rounds,
    ...(direction === "download"
      ? { files: [["large", bytes] as const] }
      : { files: [], localFiles: [["sent", bytes] as const] }),
    measure: async (site, way, localDir) => {
      const carriers = Object.values(way.carriers);
      if (direction === "upload") removeFrom(way, "sent");
      const before = processorSeconds(carriers);
      const { whole: seconds } = await timedCurl(site, way, { ...task(localDir), bytes, tls });
      return { seconds, ...(carriers.length === 0 ? {} : { cpu: processorSeconds(carriers) - before }) };
    },
    rows: (figures, columns) => {
      const speed = map(pick(figures, "seconds"), (seconds) => megabytes / seconds);
      const cpu = map(pick(figures, "cpu"), (seconds) => (seconds * 1000) / megabytes);
      return [
        { label: `${direction} of ${megabytes} MB${inTls(tls)}, ${where}: MB/s`, cells: speed },
        { label: `  speed / ${base}`, cells: ratios(speed, columns.indexOf(base)), digits: 2 },
        ...(kind.processor === true ? [{ label: "  processor seconds of it a GB", cells: cpu, digits: 2 }] : []),
      ];
    },
  };

  function task(localDir: string): { path: string; upload?: string } {
    return direction === "download" ? { path: "large" } : { path: "sent", upload: join(localDir, "sent") };
  }
}

/** Lest the time that it takes to give an old file's memory back is measured too. */
function removeFrom({ server }: OpenWay, name: string): void {
  rmSync(join(server.root, name), { force: true });
}

const inTls = (tls: boolean): string => (tls ? " inside TLS" : "");
const numbered = (count: number): string[] => Array.from({ length: count }, (_, i) => `f${pad(i + 1, count)}`);
const pad = (number: number, count: number): string => String(number).padStart(String(count).length, "0");
