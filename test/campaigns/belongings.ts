// What a process has, and what it takes while others stand still (proc(5)).
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { signalProcess } from "../support/processes.ts";

export interface Belongings {
  readonly descriptors: number;
  readonly megabytes: number;
}

export function belongings(pid: number): Belongings {
  const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1];
  return { descriptors: readdirSync(`/proc/${pid}/fd`).length, megabytes: Math.round(Number(kilobytes) / 1000) };
}

export const shown = ({ descriptors, megabytes }: Belongings): string => `${descriptors} descriptors, ${megabytes} MB`;

/** The most megabytes that a process takes in this time. */
export async function mostOf(pid: number, ms: number): Promise<number> {
  let most = 0;
  for (const end = performance.now() + ms; performance.now() < end; await delay(50)) {
    most = Math.max(most, belongings(pid).megabytes);
  }
  return most;
}

/** The same, while all of these stand still. */
export async function whileStopped(pid: number, stopped: readonly number[], ms: number): Promise<number> {
  for (const each of stopped) signalProcess(each, "SIGSTOP");
  const most = await mostOf(pid, ms);
  for (const each of stopped) signalProcess(each, "SIGCONT");
  return most;
}
