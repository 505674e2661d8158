// The world of a real process.
import type { OpenTunnel, World } from "./world.ts";

const stopSignals: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/** Call once: it takes over what would otherwise end the process with a stack trace. */
export function processWorld(openTunnel: OpenTunnel): World {
  // A reader that has gone (`| head -1`) ends the lines, not the tunnel.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  return {
    openTunnel,
    env: process.env,
    printLine: (line) => void process.stdout.write(`${line}\n`),
    printError: (text) => void process.stderr.write(text),
    outputColumns: process.stdout.isTTY ? process.stdout.columns : undefined,
    outputGone: new Promise<void>((resolve) => process.stdout.once("error", () => resolve())),
    columns: process.stderr.isTTY ? process.stderr.columns : undefined,
    onStopSignal(callback) {
      for (const signal of stopSignals) process.on(signal, callback);
      return () => {
        for (const signal of stopSignals) process.off(signal, callback);
      };
    },
    crashed: new Promise<never>((_, reject) => process.on("uncaughtException", reject)),
    becameReady: () => {},
  };
}
