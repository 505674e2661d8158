// The end of the process: by itself, when nothing is left to do. Ending it at once would cut what a slow reader has not taken.
import { debuglog } from "node:util";
import { limits } from "../../protocol/limits.ts";
import type { ProcessOutput } from "./process-output.ts";

// NODE_DEBUG=sallyport
const debug = debuglog("sallyport");

/** Sets the status and returns when the outputs have been taken; then the process ends, at the latest after a moment. */
export async function leaveWith(status: number, outputs: readonly ProcessOutput[], wasStopped: boolean): Promise<void> {
  process.exitCode = status;
  // A signal that comes from now on ends the process. One that came before does not wait for ever for a reader.
  const flushed = Promise.all(outputs.map((output) => output.flushed()));
  await (wasStopped ? Promise.race([flushed, after(limits.leaveMs)]) : flushed);
  const wait = setTimeout(
    () => {
      debug("left open: %s", process.getActiveResourcesInfo().join(", "));
      process.exit();
    },
    wasStopped ? limits.leaveAfterSignalMs : limits.leaveMs,
  );
  wait.unref();
}

const after = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds).unref();
  });
