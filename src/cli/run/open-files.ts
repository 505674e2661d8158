// How many sessions the files leave room for that this process may have open: past that, connections would be closed without a word.
import { readFile } from "node:fs/promises";
import { limits } from "../../protocol/limits.ts";
import type { Reporter } from "../report/reporter.ts";

/**
 * The sessions that may be there at once: as many as wanted, or as this process may open files for (`ulimit -n`, which Node
 * raises to the hard limit by itself). Then the next client gets 421. Only Linux says the limit; elsewhere as wanted.
 */
export async function sessionsThatFit(
  asked: number | undefined,
  byDefault: number,
  reporter: Reporter,
  openFilesMax: () => Promise<number> = readOpenFilesMax,
): Promise<number> {
  const wanted = asked ?? byDefault;
  const files = await openFilesMax();
  const fitting = Math.max(1, Math.floor((files - limits.ownOpenFiles) / limits.openFilesPerSession));
  if (fitting >= wanted) return wanted;
  if (asked !== undefined || fitting < limits.fewSessions) {
    reporter.log({
      level: "warn",
      message: `this process may open ${files} files, enough for ${fitting} sessions at once; for more, raise it with ulimit -n`,
      fields: { event: "open-files", files, sessions: fitting },
    });
  }
  return fitting;
}

async function readOpenFilesMax(): Promise<number> {
  const text = await readFile("/proc/self/limits", "latin1").catch(() => "");
  const hard = /^Max open files +\S+ +(\d+)/m.exec(text)?.[1];
  return hard === undefined ? Number.POSITIVE_INFINITY : Number(hard);
}
