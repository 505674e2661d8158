// What a thread that did not go on was waiting for.
import { closeSync, openSync, readSync } from "node:fs";

const text = Buffer.alloc(64);

/**
 * Milliseconds for which this thread has computed or waited for a processor, so not for a disk. 0 where the system does not count them:
 * Linux does, nearly everywhere (Documentation/scheduler/sched-stats.rst).
 */
export function processorMs(): number {
  try {
    const file = openSync("/proc/thread-self/schedstat", "r");
    try {
      const [computed, waited] = text.toString("latin1", 0, readSync(file, text)).split(" ");
      return (Number(computed) + Number(waited)) / 1e6;
    } finally {
      closeSync(file);
    }
  } catch {
    return 0;
  }
}
