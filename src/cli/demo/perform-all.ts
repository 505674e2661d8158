// The show: a scenario, every act, the table, and the invitation.
import { SallyportError } from "../../protocol/error.ts";
import { aborted } from "../run/stop-request.ts";
import type { World } from "../run/world.ts";
import { type Performance, performAct } from "./act.ts";
import { acts } from "./acts.ts";
import type { DemoCommand } from "./demo-command.ts";
import { LiveTrace } from "./live-trace.ts";
import { openingScenario } from "./opening-scenario.ts";
import { choosePaint } from "./paint.ts";
import { Show } from "./show.ts";
import type { Stage } from "./stage.ts";

/** Resolves after the show with `once`; else it rejects with the signal's reason. Throws `INTERNAL` when an act failed. */
export async function performAll(command: DemoCommand, world: World, stage: Stage, signal: AbortSignal): Promise<void> {
  const isTerminal = world.outputColumns !== undefined;
  const paint = choosePaint(world.env, isTerminal);
  const show = new Show({ width: world.outputColumns ?? 80, paint });
  const print = (lines: readonly string[]): void => {
    for (const line of lines) world.printLine(line);
  };
  const { tunnel, recorder, entrances } = await stage.passage("auto");
  const [entrance] = entrances;
  print(await openingScenario(paint));
  print(show.opening({ tunnel: entrance.port, ssh: stage.sshAddress.port, ftp: stage.sites[0].address.port }));
  const performances: Performance[] = [];
  for (const act of acts) {
    signal.throwIfAborted();
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
