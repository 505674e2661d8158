// The program itself, started as a user would, from dist/ (npm run build).
import { fileURLToPath } from "node:url";
import { patienceMs } from "./patience.ts";
import { signalProcess } from "./processes.ts";
import { type Program, type ProgramOptions, startProgram } from "./program.ts";

const path = fileURLToPath(new URL("../../bin/sallyport.js", import.meta.url));

/** Resolves when it says on standard output that it is ready. */
export async function startSallyport(args: readonly string[], options?: ProgramOptions): Promise<Program> {
  const program = startProgram(process.execPath, [path, ...args], options);
  try {
    await program.waitForLog(/^ftp:\/\/\S+ -> \S+ through \S+/m);
  } catch (error) {
    await program.stop();
    throw error;
  }
  // As a user ends it; by force only what is left then.
  const stop = async (): Promise<void> => {
    signalProcess(program.pid, "SIGTERM");
    await Promise.race([program.ended, new Promise((resolve) => setTimeout(resolve, patienceMs).unref())]);
    await program.stop();
  };
  return { ...program, stop, [Symbol.asyncDispose]: stop };
}
