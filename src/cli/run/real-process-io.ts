// The io of a real process.

import type { OpenTunnel, ProcessIo } from "./process-io.ts";
import { ProcessOutput } from "./process-output.ts";

const stopSignals: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];

export interface RealProcessIo extends ProcessIo {
  readonly output: ProcessOutput;
  readonly errorOutput: ProcessOutput;
  /** True once a signal has asked to stop. */
  readonly wasStopped: () => boolean;
}

/** Call once: it takes over what would otherwise end the process with a stack trace. */
export function realProcessIo(openTunnel: OpenTunnel): RealProcessIo {
  const [output, errorOutput] = [new ProcessOutput(process.stdout), new ProcessOutput(process.stderr)];
  let wasStopped = false;
  return {
    openTunnel,
    env: process.env,
    output,
    errorOutput,
    printLine: (line) => output.write(`${line}\n`),
    printError: (text) => errorOutput.write(text),
    outputStream: () => output.asStream(),
    outputColumns: process.stdout.isTTY ? process.stdout.columns : undefined,
    outputGone: output.failed,
    columns: process.stderr.isTTY ? process.stderr.columns : undefined,
    onStopSignal(callback) {
      const onSignal = (signal: NodeJS.Signals): void => {
        wasStopped = true;
        callback(signal);
      };
      for (const signal of stopSignals) process.on(signal, onSignal);
      return () => {
        for (const signal of stopSignals) process.off(signal, onSignal);
      };
    },
    wasStopped: () => wasStopped,
    crashed: new Promise<never>((_, reject) => process.on("uncaughtException", reject)),
    becameReady: () => {},
  };
}
