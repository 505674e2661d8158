// What a session costs that is logged in and does nothing.
import { readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { limits } from "../src/protocol/limits.ts";
import type { TestClient } from "../test/support/test-client.ts";
import type { OpenWay } from "./measurement.ts";
import { goodbye, logins } from "./sessions.ts";

/** So that code that is needed once is loaded. */
const first = 20;
const settledReadings = 4;
const readingIntervalMs = 500;

/** How many a program of ours takes at once here: it counts its files (src/cli/run/open-files.ts). */
export function roomForSessions(): number {
  const files = Number(/^Max open files +\S+ +(\d+)/m.exec(readFileSync("/proc/self/limits", "latin1"))?.[1]);
  return Math.floor((files - limits.ownOpenFiles) / limits.openFilesPerSession) - first;
}

/** Growth of the resident memory of each carrier per session, in bytes. */
export async function memoryPerSession(way: OpenWay, count: number): Promise<Record<string, number>> {
  const sessions: TestClient[] = [];
  try {
    sessions.push(...(await logins(way, first)));
    const before = await settledMemory(way);
    sessions.push(...(await logins(way, count)));
    const after = await settledMemory(way);
    return Object.fromEntries(after.map(([name, bytes], index) => [name, (bytes - (before[index]?.[1] ?? 0)) / count]));
  } finally {
    await goodbye(sessions);
  }
}

/** Reads until nothing has moved by more than 1 % for two seconds, or for half a minute. */
async function settledMemory(way: OpenWay): Promise<(readonly [string, number])[]> {
  const readings: (readonly [string, number])[][] = [];
  for (let attempt = 0; attempt < 60; attempt++) {
    readings.push(Object.entries(way.carriers).map(([name, pid]) => [name, residentBytes(pid)] as const));
    const last = readings.slice(-settledReadings);
    const steady = last.every((reading) => reading.every(([, bytes], i) => isClose(bytes, last.at(-1)?.[i]?.[1] ?? 0)));
    if (last.length === settledReadings && steady) break;
    await wait(readingIntervalMs);
  }
  return readings.at(-1) ?? [];
}

const isClose = (a: number, b: number): boolean => Math.abs(a - b) <= b / 100;

/** proc(5): VmRSS is in kB of 1024 bytes. */
function residentBytes(pid: number): number {
  const text = readFileSync(`/proc/${pid}/status`, "latin1");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(text)?.[1]) * 1024;
}
