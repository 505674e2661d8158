// Where the command line meets the real tunnel, the real server, and what the demo is made from.
import { keepYoungSpaceSmall, tuneForLong } from "./engine-flags.ts";
import { runProgram } from "./program.ts";

/** Runs the program with the arguments after its name; the process ends with its status when nothing is left to do. */
export function main(argv: readonly string[]): Promise<void> {
  // Loaded when it is needed: --help has no use for SSH.
  return runProgram(
    argv,
    async (options) => {
      await prepareForSessions();
      return (await import("../tunnel/open-tunnel.ts")).openTunnel(options);
    },
    async (options) => {
      await prepareForSessions();
      (await import("../network/file-sender.ts")).letSystemSend();
      return (await import("../serve/open-server.ts")).openServer(options);
    },
    async () => (await import("../demo/real-parts.ts")).realParts,
  );
}

/** Whose data connections are, the kernel is asked: for what serves many of them. */
async function prepareForSessions(): Promise<void> {
  keepYoungSpaceSmall();
  tuneForLong();
  const { SocketDiag } = await import("../network/socket-diag.ts");
  (await import("../network/socket-row.ts")).askFirst(new SocketDiag());
}
