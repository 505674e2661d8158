// One run of the demo, from the first moment at which it can be stopped.
import { exitStatus } from "../exit-status.ts";
import { aborted, Stopped, StopRequest } from "../run/stop-request.ts";
import type { World } from "../run/world.ts";
import type { DemoCommand } from "./demo-command.ts";
import type { DemoParts } from "./parts.ts";

/**
 * Returns the exit status: 0 also when it is stopped, at any moment; a second request does not wait for peers that do not let
 * go. Throws what the user has to be told.
 */
export async function runDemo(
  command: DemoCommand,
  world: World,
  loadParts: () => Promise<DemoParts>,
): Promise<number> {
  const stop = new StopRequest(world.onStopSignal);
  const end = new AbortController();
  stop.first.addEventListener("abort", () => end.abort(stop.first.reason), { once: true });
  world.crashed.catch((error: unknown) => end.abort(error));
  void world.outputGone.then(() => stop.request("SIGPIPE"));
  try {
    // Loading SSH takes longer than the whole show on some machines, and Ctrl-C must work meanwhile.
    const [{ Stage }, { performAll }, parts] = await Promise.all([
      import("./stage.ts"),
      import("./perform-all.ts"),
      loadParts(),
    ]);
    const stage = await Stage.open(parts, end.signal);
    try {
      await performAll(command, world, stage, end.signal);
    } finally {
      await Promise.race([stage[Symbol.asyncDispose](), aborted(stop.second)]);
    }
    return exitStatus.ok;
  } catch (error) {
    if (error instanceof Stopped) return exitStatus.ok;
    throw error;
  } finally {
    stop[Symbol.dispose]();
  }
}
