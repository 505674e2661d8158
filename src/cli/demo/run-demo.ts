// One run of the demo, from the first moment at which it can be stopped.
import type { LoopbackParts } from "../../lab/loopback/parts.ts";
import { aborted, onAbort } from "../../platform/abort.ts";
import { usageError } from "../../text/usage-error.ts";
import { exitStatus } from "../exit-status.ts";
import type { ProcessIo } from "../run/process-io.ts";
import { StopRequest } from "../run/stop-request.ts";
import { waitForEnter } from "../terminal/wait-for-enter.ts";
import type { DemoCommand } from "./demo-command.ts";

/**
 * Returns the exit status: 0 also when it is stopped, at any moment; a second request does not wait for peers that do not let
 * go. It stays until then on a terminal only. Throws what is to be reported to the user.
 */
export async function runDemo(
  command: DemoCommand,
  io: ProcessIo,
  loadParts: () => Promise<LoopbackParts>,
): Promise<number> {
  const isTerminal = io.outputColumns !== undefined;
  if (command.step && !(isTerminal && process.stdin.isTTY)) {
    throw usageError("--step waits for Enter, but this is not a terminal", "Leave --step out, or take -v.");
  }
  const stop = new StopRequest(io.onStopSignal);
  const end = new AbortController();
  onAbort(stop.first, () => end.abort(stop.first.reason));
  io.crashed.catch((error: unknown) => end.abort(error));
  void io.outputGone.then(() => stop.request("SIGPIPE"));
  using steps = command.step ? waitForEnter(process.stdin) : undefined;
  const stopped = aborted(end.signal);
  const pause = async (): Promise<void> => {
    await Promise.race([steps?.next(), stopped]);
    end.signal.throwIfAborted();
  };
  try {
    // Loading SSH takes longer than the whole show on some machines, and Ctrl-C must work meanwhile.
    const [{ runShow, stayOpen, showOf }, parts] = await Promise.all([import("../../demo/run-show.ts"), loadParts()]);
    end.signal.throwIfAborted();
    const stage = await runShow({ command, io, parts, signal: end.signal, pause });
    const isStaying = isTerminal && !command.once;
    try {
      for (const line of showOf(io).whatToType(isStaying)) io.printLine(line);
      if (isStaying) await stayOpen(stage, io, end.signal);
    } finally {
      await Promise.race([stage[Symbol.asyncDispose](), aborted(stop.second)]);
    }
    return exitStatus.ok;
  } catch (error) {
    if (stop.signalOf(error) !== undefined) return exitStatus.ok;
    throw error;
  } finally {
    stop[Symbol.dispose]();
  }
}
