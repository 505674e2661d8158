// Processor time that processes have used so far, their threads included.
import { readFileSync } from "node:fs";

/** proc(5): in units of sysconf(_SC_CLK_TCK), which Linux tells programs to be 100 everywhere. */
const ticksPerSecond = 100;

/** User and system time of all together, in seconds. */
export function processorSeconds(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + ticks(pid), 0) / ticksPerSecond;
}

function ticks(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  // The name in parentheses may hold spaces and parentheses itself, so count from the last one.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(fields[11]) + Number(fields[12]);
}
