// What is measured, as data: the ways to a server through SSH, far and near; servers, and clients, beside each other.
import { type ClientMeasurement, manyFiles, oneFile } from "./client-transfers.ts";
import { delayWithTransfers } from "./crowd.ts";
import { kilo, map, pick } from "./figures.ts";
import { memoryPerSession, roomForSessions } from "./idle-sessions.ts";
import type { Measurement } from "./measurement.ts";
import { largeFile, smallFiles } from "./transfers.ts";

export const roundTripMs = 50;

const far = { where: `${roundTripMs} ms` } as const;
const near = { where: "loopback" } as const;

const idleCount = 500;
const crowdCount = 10_000;
/** Of 2 MB each. */
const transferCount = 500;

const idleSessions: Measurement = {
  name: "idle",
  rounds: 1,
  without: ["plain FTP", "ssh -D"],
  files: [],
  measure: (_site, way) => memoryPerSession(way, idleCount),
  rows: (figures) => [
    { label: `${idleCount} idle sessions: kB a session in sallyport`, cells: map(pick(figures, "sallyport"), kilo) },
    { label: "  kB a session in ssh", cells: map(pick(figures, "ssh"), kilo) },
  ],
};

/** For ways that are a program of ours, which opens files for so many sessions; `without`: those columns that are none. */
const idleCrowd = (name: string, without: readonly string[]): Measurement => ({
  name,
  rounds: 1,
  without,
  files: [],
  measure: async (_site, way) => {
    const count = Math.min(crowdCount, roomForSessions());
    return { ...(await memoryPerSession(way, count)), count };
  },
  rows: (figures) => {
    const count = pick(figures, "count").find((cell) => typeof cell === "number") ?? crowdCount;
    return [{ label: `${count} idle sessions: kB a session`, cells: map(pick(figures, "sallyport"), kilo) }];
  },
});

const transfersAtOnce = (name: string, without: readonly string[]): Measurement => {
  const file = { count: transferCount, name: "crowd", bytes: 2_000_000 };
  return {
    name,
    rounds: 2,
    without,
    files: [[file.name, file.bytes]],
    measure: (_site, way) => delayWithTransfers(way, way.carriers["sallyport"], file),
    rows: (figures) => [
      {
        label: `${transferCount} transfers at once: event loop's delay, 99 %, ms`,
        cells: pick(figures, "delay99"),
        digits: 1,
      },
      { label: "  the longest, ms", cells: pick(figures, "delayMax"), digits: 1 },
    ],
  };
};

const viaForward = { base: "ssh -L" } as const;
/** A second each, which says little: the same program takes a third more or less from one to the next. */
const largeRounds = 7;
const besideVsftpd = { ...near, base: "vsftpd", rounds: 3, processor: true } as const;
const smallInTls = { ...besideVsftpd, rounds: 2, byMedian: true, tls: true } as const;

export const farMeasurements: readonly Measurement[] = [
  smallFiles(50, { name: "far-small", direction: "download", ...far, base: "ssh -D", rounds: 1, roundTripMs }),
  largeFile(200, { name: "far-download", direction: "download", ...far, ...viaForward, rounds: 2 }),
  largeFile(100, { name: "far-upload", direction: "upload", ...far, ...viaForward, rounds: 2 }),
];

const farTls = {
  direction: "download",
  ...far,
  base: "FTPS, no tunnel",
  rounds: 1,
  roundTripMs,
  byMedian: true,
} as const;

/** With each transport. */
export const farTlsMeasurements: readonly Measurement[] = [
  smallFiles(50, { name: "far-tls", ...farTls, atOnce: true }),
];

export const nearMeasurements: readonly Measurement[] = [
  smallFiles(100, { name: "near-small", direction: "download", ...near, base: "ssh -D", rounds: 2 }),
  largeFile(1000, { name: "near-download", direction: "download", ...near, ...viaForward, rounds: 3, processor: true }),
  largeFile(1000, { name: "near-upload", direction: "upload", ...near, ...viaForward, rounds: 2, processor: true }),
  idleSessions,
];

/** Through a tunnel, with each transport. */
export const tunnelCrowdMeasurements: readonly Measurement[] = [
  idleCrowd("tunnel-idle", []),
  transfersAtOnce("tunnel-at-once", []),
];

const others = ["vsftpd", "ProFTPD"];

export const serverMeasurements: readonly Measurement[] = [
  largeFile(1000, { name: "server-download", direction: "download", ...besideVsftpd, rounds: largeRounds }),
  largeFile(1000, { name: "server-upload", direction: "upload", ...besideVsftpd, rounds: largeRounds }),
  largeFile(1000, { name: "server-tls-download", direction: "download", tls: true, ...besideVsftpd }),
  largeFile(1000, { name: "server-tls-upload", direction: "upload", tls: true, ...besideVsftpd }),
  smallFiles(200, { name: "server-small", direction: "download", ...besideVsftpd, rounds: 2, byMedian: true }),
  smallFiles(200, { name: "server-small-upload", direction: "upload", ...besideVsftpd, rounds: 2, byMedian: true }),
  // curl waits 200 ms behind each such download, whoever serves it.
  smallFiles(20, { ...smallInTls, name: "server-tls-small", direction: "download" }),
  smallFiles(200, { ...smallInTls, name: "server-tls-small-upload", direction: "upload" }),
  idleCrowd("server-idle", others),
  transfersAtOnce("server-at-once", others),
];

/** A client that waits for the line more than nine tenths of the time disturbs no other one. */
const farSmall = { ...far, roundTripMs, rounds: 1, atOnce: true } as const;

export const nearClientMeasurements: readonly ClientMeasurement[] = [
  manyFiles(1000, { name: "client-small", direction: "download", ...near, rounds: 2 }),
  manyFiles(1000, { name: "client-small-upload", direction: "upload", ...near, rounds: 2 }),
  oneFile(1000, { name: "client-download", direction: "download", ...near, rounds: largeRounds }),
  oneFile(1000, { name: "client-upload", direction: "upload", ...near, rounds: largeRounds }),
];

export const farClientMeasurements: readonly ClientMeasurement[] = [
  manyFiles(200, { name: "client-far-small", direction: "download", ...farSmall }),
  manyFiles(200, { name: "client-far-small-upload", direction: "upload", ...farSmall }),
  manyFiles(200, { name: "client-far-tree", direction: "download", tree: true, ...farSmall }),
  manyFiles(200, { name: "client-far-tree-4", direction: "download", tree: true, sessions: 4, ...farSmall }),
  manyFiles(200, {
    name: "client-far-tree-auto",
    direction: "download",
    tree: true,
    sessions: 4,
    auto: true,
    ...farSmall,
  }),
  oneFile(1000, { name: "client-far-download", direction: "download", ...far, rounds: 1 }),
  oneFile(1000, { name: "client-far-upload", direction: "upload", ...far, rounds: 1 }),
];

/** Ours alone, at each server. */
export const farServerMeasurements: readonly ClientMeasurement[] = [
  manyFiles(200, { name: "client-far-servers", direction: "download", alone: true, ...farSmall }),
  manyFiles(200, { name: "client-far-servers-upload", direction: "upload", alone: true, ...farSmall }),
  manyFiles(200, { name: "client-far-servers-tls", direction: "download", alone: true, tls: true, ...farSmall }),
  manyFiles(200, {
    name: "client-far-servers-auto",
    direction: "download",
    tree: true,
    sessions: 4,
    auto: true,
    alone: true,
    ...farSmall,
  }),
];

/** Both bridges. A peer takes 8 s for 200 MB at this distance, and a minute and a half for the small files. */
export const farBridgeMeasurements: readonly ClientMeasurement[] = [
  manyFiles(200, { name: "bridge-far-small", direction: "download", ...farSmall }),
  manyFiles(200, { name: "bridge-far-small-upload", direction: "upload", ...farSmall }),
  oneFile(200, { name: "bridge-far-download", direction: "download", ...far, rounds: 1 }),
  oneFile(200, { name: "bridge-far-upload", direction: "upload", ...far, rounds: 1 }),
];

export const nearBridgeMeasurements: readonly ClientMeasurement[] = [
  manyFiles(200, { name: "bridge-near-small", direction: "download", ...near, rounds: 2 }),
  manyFiles(200, { name: "bridge-near-small-upload", direction: "upload", ...near, rounds: 2 }),
  oneFile(1000, { name: "bridge-near-download", direction: "download", ...near, rounds: 2 }),
  oneFile(1000, { name: "bridge-near-upload", direction: "upload", ...near, rounds: 2 }),
];
