// What is measured, as data. Each figure is one where less is better; of several rounds the best is taken.

import { memoryPerSession } from "./idle-sessions.ts";
import { processorSeconds } from "./processor-time.ts";
import type { Site } from "./site.ts";
import { type Cell, type Row, ratios } from "./table.ts";
import { timedCurl } from "./timed-curl.ts";
import type { OpenWay } from "./ways.ts";

export type Figures = Readonly<Record<string, number>>;

export interface Measurement {
  /** To choose it on the command line. */
  readonly name: string;
  readonly place: "far" | "near";
  readonly rounds: number;
  /** Columns that it has nothing to say about. */
  readonly without?: readonly string[];
  /** Files that the servers need: name and bytes. */
  readonly files: readonly (readonly [string, number])[];
  /** Bytes of a local file to send. */
  readonly localBytes?: number;
  measure(site: Site, way: OpenWay, localFile: string): Promise<Figures>;
  /** `figures` in the order of the columns; a word where there is none. */
  rows(figures: readonly (Figures | string)[], columns: readonly string[]): Row[];
}

export const roundTripMs = 50;

const smallBytes = 2000;
const numbered = (count: number): string[] => Array.from({ length: count }, (_, i) => `f${pad(i + 1, count)}`);
const pad = (number: number, count: number): string => String(number).padStart(String(count).length, "0");

function smallFiles(name: string, place: Measurement["place"], count: number, rounds: number): Measurement {
  return {
    name,
    place,
    rounds,
    files: numbered(count).map((file) => [file, smallBytes]),
    measure: async (site, way) => ({
      seconds: await timedCurl(site, way, { path: `f[${pad(1, count)}-${count}]`, bytes: count * smallBytes }),
    }),
    rows: (figures, columns) => {
      const seconds = pick(figures, "seconds");
      const where = place === "far" ? `${roundTripMs} ms` : "loopback";
      const perFile = map(seconds, (value) => (value * 1000) / count / roundTripMs);
      const perSecond = map(seconds, (value) => count / value);
      return [
        { label: `${count} files of 2 kB, ${where}: seconds`, cells: seconds, digits: 2 },
        place === "far"
          ? { label: "  round trips a file", cells: perFile, digits: 2 }
          : { label: "  files a second", cells: perSecond },
        { label: "  speed / ssh -D", cells: inverse(ratios(seconds, columns.indexOf("ssh -D"))), digits: 2 },
      ];
    },
  };
}

function largeFile(name: string, place: Measurement["place"], megabytes: number, rounds: number): Measurement {
  const bytes = megabytes * 1_000_000;
  const upload = name.includes("upload");
  return {
    name,
    place,
    rounds,
    ...(upload ? { files: [], localBytes: bytes } : { files: [["large", bytes]] }),
    measure: async (site, way, localFile) => {
      const before = processorSeconds(Object.values(way.carriers));
      const task = upload ? { path: "sent", upload: localFile, bytes } : { path: "large", bytes };
      const seconds = await timedCurl(site, way, task);
      const cpu = processorSeconds(Object.values(way.carriers)) - before;
      return { seconds, ...(Object.keys(way.carriers).length === 0 ? {} : { cpu }) };
    },
    rows: (figures, columns) => {
      const speed = map(pick(figures, "seconds"), (seconds) => megabytes / seconds);
      const where = place === "far" ? `${roundTripMs} ms` : "loopback";
      const cpu = map(pick(figures, "cpu"), (seconds) => (seconds * 1000) / megabytes);
      return [
        { label: `${upload ? "upload" : "download"} of ${megabytes} MB, ${where}: MB/s`, cells: speed },
        { label: "  speed / ssh -L", cells: ratios(speed, columns.indexOf("ssh -L")), digits: 2 },
        ...(place === "near" ? [{ label: "  processor seconds of it a GB", cells: cpu, digits: 2 }] : []),
      ];
    },
  };
}

const idleCount = 500;

const idleSessions: Measurement = {
  name: "idle",
  place: "near",
  rounds: 1,
  without: ["plain FTP", "ssh -D"],
  files: [],
  measure: (_site, way) => memoryPerSession(way, idleCount),
  rows: (figures) => [
    { label: `${idleCount} idle sessions: kB a session in sallyport`, cells: map(pick(figures, "sallyport"), kilo) },
    { label: "  kB a session in ssh", cells: map(pick(figures, "ssh"), kilo) },
  ],
};

export const measurements: readonly Measurement[] = [
  smallFiles("far-small", "far", 50, 1),
  largeFile("far-download", "far", 200, 2),
  largeFile("far-upload", "far", 100, 2),
  smallFiles("near-small", "near", 100, 2),
  largeFile("near-download", "near", 1000, 3),
  largeFile("near-upload", "near", 1000, 2),
  idleSessions,
];

const kilo = (bytes: number): number => bytes / 1000;

function pick(figures: readonly (Figures | string)[], key: string): Cell[] {
  return figures.map((figure) => (typeof figure === "string" ? figure : figure[key]));
}

function map(cells: readonly Cell[], change: (value: number) => number): Cell[] {
  return cells.map((cell) => (typeof cell === "number" ? change(cell) : cell));
}

const inverse = (cells: readonly Cell[]): Cell[] => map(cells, (value) => 1 / value);
