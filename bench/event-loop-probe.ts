// How late the event loop of a program of ours is, measured inside of it (probed-program.js).
import { readFileSync, rmSync } from "node:fs";
import { makeTempDir } from "../test/support/tempdir.ts";
import { until } from "../test/support/until.ts";

export interface EventLoopDelay {
  /** In milliseconds. */
  readonly percentile99: number;
  readonly max: number;
}

export interface EventLoopProbe extends AsyncDisposable {
  /** What the program has to be started with. */
  readonly env: Readonly<Record<string, string>>;
  /** The delay of this process while `work` goes on. */
  during(pid: number, work: () => Promise<unknown>): Promise<EventLoopDelay>;
}

export function makeEventLoopProbe(): EventLoopProbe {
  const dir = makeTempDir("probe");
  const file = dir.file("delay.json");
  const module = new URL("probed-program.js", import.meta.url).href;
  return {
    env: { NODE_OPTIONS: `--import=${module}`, BENCH_EVENT_LOOP: file },
    during: async (pid, work) => {
      process.kill(pid, "SIGUSR2");
      await work();
      process.kill(pid, "SIGUSR2");
      const told = await until(`the event loop's delay in ${file}`, () => readOrNothing(file));
      rmSync(file);
      return JSON.parse(told) as EventLoopDelay;
    },
    [Symbol.asyncDispose]: async () => dir.remove(),
  };
}

function readOrNothing(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
