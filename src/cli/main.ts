// Where the command line meets the real tunnel, the real server, and what the demo is made from.
import { collectSeldom } from "./heap-growth.ts";
import { runProgram } from "./program.ts";

/** Runs the program with the words after its name; ends the process. */
export function main(argv: readonly string[]): Promise<never> {
  collectSeldom();
  // Loaded when it is needed: --help has no use for SSH.
  return runProgram(
    argv,
    async (options) => (await import("../tunnel/open-tunnel.ts")).openTunnel(options),
    async (options) => (await import("../serve/open-server.ts")).openServer(options),
    async () => (await import("./demo/real-parts.ts")).realParts,
  );
}
