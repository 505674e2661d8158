// The program itself, started as a user would, from dist/ (npm run build).
import { fileURLToPath } from "node:url";
import { type Program, type ProgramOptions, startProgram } from "./program.ts";

const path = fileURLToPath(new URL("../../bin/sallyport.js", import.meta.url));

/** Resolves when it says on standard output that it is ready. */
export async function startSallyport(args: readonly string[], options?: ProgramOptions): Promise<Program> {
  const program = startProgram(process.execPath, [path, ...args], options);
  try {
    await program.waitForLog(/^ftp:\/\/\S+ -> \S+ through \S+/m, 10_000);
  } catch (error) {
    await program.stop();
    throw error;
  }
  return program;
}
