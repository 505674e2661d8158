// What is measured, as data: the ways to a server through SSH, far and near, and servers beside each other.
import { kilo, map, pick } from "./figures.ts";
import { memoryPerSession } from "./idle-sessions.ts";
import type { Measurement } from "./measurement.ts";
import { largeFile, smallFiles } from "./transfers.ts";

export const roundTripMs = 50;

const far = { where: `${roundTripMs} ms` } as const;
const near = { where: "loopback" } as const;

const idleCount = 500;

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

const serverIdleSessions: Measurement = {
  name: "server-idle",
  rounds: 1,
  without: ["vsftpd", "ProFTPD"],
  files: [],
  measure: (_site, way) => memoryPerSession(way, idleCount),
  rows: (figures) => [
    { label: `${idleCount} idle sessions: kB a session`, cells: map(pick(figures, "sallyport"), kilo) },
  ],
};

const viaForward = { base: "ssh -L" } as const;
const besideVsftpd = { ...near, base: "vsftpd", rounds: 3, processor: true } as const;

export const farMeasurements: readonly Measurement[] = [
  smallFiles(50, { name: "far-small", direction: "download", ...far, base: "ssh -D", rounds: 1, roundTripMs }),
  largeFile(200, { name: "far-download", direction: "download", ...far, ...viaForward, rounds: 2 }),
  largeFile(100, { name: "far-upload", direction: "upload", ...far, ...viaForward, rounds: 2 }),
];

export const nearMeasurements: readonly Measurement[] = [
  smallFiles(100, { name: "near-small", direction: "download", ...near, base: "ssh -D", rounds: 2 }),
  largeFile(1000, { name: "near-download", direction: "download", ...near, ...viaForward, rounds: 3, processor: true }),
  largeFile(1000, { name: "near-upload", direction: "upload", ...near, ...viaForward, rounds: 2, processor: true }),
  idleSessions,
];

export const serverMeasurements: readonly Measurement[] = [
  largeFile(1000, { name: "server-download", direction: "download", ...besideVsftpd }),
  largeFile(1000, { name: "server-upload", direction: "upload", ...besideVsftpd }),
  largeFile(1000, { name: "server-tls-download", direction: "download", tls: true, ...besideVsftpd }),
  largeFile(1000, { name: "server-tls-upload", direction: "upload", tls: true, ...besideVsftpd }),
  smallFiles(200, { name: "server-small", direction: "download", ...besideVsftpd, rounds: 2, byMedian: true }),
  smallFiles(200, { name: "server-small-upload", direction: "upload", ...besideVsftpd, rounds: 2, byMedian: true }),
  serverIdleSessions,
];
