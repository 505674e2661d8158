// One run of the demo: set up, perform, invite, wait for Ctrl-C, leave nothing.
import { SallyportError } from "../../protocol/error.ts";
import { exitStatus } from "../exit-status.ts";
import { aborted, Stopped, StopRequest } from "../run/stop-request.ts";
import type { World } from "../run/world.ts";
import { type Performance, performAct } from "./act.ts";
import { acts } from "./acts.ts";
import type { DemoCommand } from "./demo-command.ts";
import { LiveTrace } from "./live-trace.ts";
import { choosePaint } from "./paint.ts";
import type { DemoParts } from "./parts.ts";
import { Show } from "./show.ts";
import { Stage } from "./stage.ts";

/** Returns the exit status: 0 also when it is stopped, at any moment. Throws what the user has to be told. */
export async function runDemo(command: DemoCommand, world: World, parts: DemoParts): Promise<number> {
  const stop = new StopRequest(world.onStopSignal);
  const end = new AbortController();
  const onStop = (): void => end.abort(stop.first.reason);
  stop.first.addEventListener("abort", onStop, { once: true });
  world.crashed.catch((error: unknown) => end.abort(error));
  void world.outputGone.then(() => stop.request("SIGPIPE"));
  try {
    await using stage = await Stage.open(parts, end.signal);
    await perform(command, world, stage, end.signal);
    return exitStatus.ok;
  } catch (error) {
    if (error instanceof Stopped) return exitStatus.ok;
    throw error;
  } finally {
    stop[Symbol.dispose]();
  }
}

async function perform(command: DemoCommand, world: World, stage: Stage, signal: AbortSignal): Promise<void> {
  const isTerminal = world.outputColumns !== undefined;
  const show = new Show({ width: world.outputColumns ?? 80, paint: choosePaint(world.env, isTerminal) });
  const print = (lines: readonly string[]): void => {
    for (const line of lines) world.printLine(line);
  };
  const { tunnel, recorder, entrances } = await stage.passage("auto");
  const [entrance] = entrances;
  print(show.opening({ tunnel: entrance.port, ssh: stage.sshAddress.port, ftp: stage.sites[0].address.port }));
  const performances: Performance[] = [];
  for (const act of acts) {
    const performance = await performAct(act, stage, command.whole, signal);
    performances.push(performance);
    print(show.act(performance, performances.length, acts.length));
  }
  print(show.summary(performances));
  complain(performances);
  if (command.once) return;
  print(show.invitation(entrance));
  using live = new LiveTrace(show.renderer(), print);
  recorder.watcher = (event) => live.push(event);
  world.becameReady();
  const lost = await Promise.race([tunnel.closed, aborted(signal)]);
  recorder.watcher = () => {};
  signal.throwIfAborted();
  if (lost !== undefined) throw lost;
}

/** Throws when one of them failed. */
function complain(performances: readonly Performance[]): void {
  const failed = performances.filter(({ failure }) => failure !== undefined);
  const [first] = failed;
  if (first?.failure === undefined) return;
  const { act, failure } = first;
  const others = failed.length === 1 ? "" : ` (and ${failed.length - 1} more)`;
  const message = `the demo failed in "${act.title}", ${failure.step}: ${failure.error.message}${others}`;
  throw new SallyportError("INTERNAL", message, {
    cause: failure.error,
    cure: "Please report it, with what the demo has printed.",
  });
}
