// Starting another program, with one shape for all that can stop it from beginning.
import type { spawn } from "node:child_process";
import { nodeChildProcess } from "./on-demand.ts";

/**
 * As `spawn`. Where no more files can be open, Node gives a child without streams and the error later (child_process.js: "There is no point
 * in continuing"), so that whoever reads them would fail with a TypeError: it is thrown here, as lack of memory is. That there is no
 * such program is still the event "error".
 */
export const startProcess: typeof spawn = ((...args: Parameters<typeof spawn>) => {
  const child = nodeChildProcess().spawn(...args);
  if ((child.stdio as unknown) !== undefined) return child;
  child.on("error", () => {});
  throw Object.assign(new Error(`spawn ${child.spawnfile} EMFILE: too many open files`), { code: "EMFILE" });
}) as typeof spawn;

/** Of the program's file, the last one: it is being replaced. */
const passing: ReadonlySet<unknown> = new Set(["EMFILE", "ENFILE", "EAGAIN", "ENOMEM", "ETXTBSY"]);

/** Whether a program that could not be started may be started later: the system lacked something at that moment. */
export const mayStartLater = (error: unknown): boolean => passing.has((error as NodeJS.ErrnoException).code);
