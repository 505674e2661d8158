// The show: the failure, the fix, every mode, what to type; and the tunnel for a client of the user's.
import type { Evidence } from "../lab/evidence.ts";
import { type LoopbackOptions, LoopbackStage } from "../lab/loopback/loopback-stage.ts";
import { loopbackModes } from "../lab/loopback/modes.ts";
import type { LoopbackParts } from "../lab/loopback/parts.ts";
import { entrancesOf, type ModeRun, openModesStage, runMode } from "../lab/loopback/run-mode.ts";
import { isAsExpected, runOnStage } from "../lab/run-scenario.ts";
import type { Run } from "../lab/scenario.ts";
import { s04 } from "../lab/scenarios/forwarded-ports.ts";
import { scenarios } from "../lab/scenarios.ts";
import { simulatedStage } from "../lab/simulated/simulated-stage.ts";
import type { OpenStage } from "../lab/stage.ts";
import { aborted } from "../platform/abort.ts";
import { SallyportError } from "../protocol/error.ts";
import { LiveTrace } from "../text/live-trace.ts";
import { choosePaint } from "../text/paint.ts";
import { demoCredentials, Show } from "./show.ts";

/** Where the show is seen. */
export interface ShowOutput {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly printLine: (line: string) => void;
  /** Columns, where it is a terminal. */
  readonly outputColumns: number | undefined;
}

export interface ShowParts {
  /** How much is shown of each mode. */
  readonly command: {
    /** The dialogue of every transfer. */
    readonly whole: boolean;
    /** Of the first one, with a pause between the parts. */
    readonly step: boolean;
  };
  readonly io: ShowOutput;
  readonly parts: LoopbackParts;
  readonly signal: AbortSignal;
  /** Between two parts of the show. */
  readonly pause: () => Promise<void>;
}

/**
 * The first three parts. Gives the stage with the tunnels still open; throws `INTERNAL` when a mode failed, and the signal's
 * reason. Nothing is left open then.
 */
export async function runShow({ command, io, parts, signal, pause }: ShowParts): Promise<LoopbackStage> {
  const show = showOf(io);
  const print = printing(io);
  const options: LoopbackOptions = { parts, credentials: demoCredentials, files: welcomeFiles, signal };
  print(show.opening(s04, command.step));
  print(show.failure(s04, await runOpening(s04.plain, simulatedStage(), signal)));
  await pause();
  const onLoopback: OpenStage = async (topology) => new LoopbackStage(topology, options);
  print(show.fix(s04, await runOpening(s04.sallyport, onLoopback, signal)));
  await pause();
  const stage = await openModesStage(options);
  try {
    print(show.table(await runModes(stage, { command, io, parts, signal, pause }, show)));
    return stage;
  } catch (error) {
    await stage[Symbol.asyncDispose]();
    throw error;
  }
}

/** What to type, and the tunnel until the signal: then it rejects with the signal's reason. */
export async function stayOpen(
  stage: LoopbackStage,
  io: ShowOutput & { readonly becameReady: () => void },
  signal: AbortSignal,
): Promise<void> {
  const show = showOf(io);
  const print = printing(io);
  const [entrance] = entrancesOf("auto").map((at) => stage.endpointOf(at));
  if (entrance !== undefined) print(show.invitation(entrance));
  using live = new LiveTrace(show.renderer(), print);
  stage.recorder.watcher = (event) => live.push(event);
  io.becameReady();
  const lost = await Promise.race([stage.lost, aborted(signal)]);
  stage.recorder.watcher = () => {};
  signal.throwIfAborted();
  if (lost !== undefined) throw lost;
}

export function showOf({ env, outputColumns }: ShowOutput): Show {
  return new Show({ width: outputColumns ?? 80, paint: choosePaint(env, outputColumns !== undefined) });
}

const printing =
  (io: ShowOutput) =>
  (lines: readonly string[]): void => {
    for (const line of lines) io.printLine(line);
  };

/** Throws `INTERNAL` when it does not come out as it must. */
async function runOpening(run: Run, openStage: OpenStage, signal: AbortSignal): Promise<Evidence> {
  const evidence = await runOnStage(s04.topology, run, openStage);
  signal.throwIfAborted();
  if (isAsExpected(evidence, run)) return evidence;
  throw new SallyportError("INTERNAL", `the demo's scenario ${s04.number} did not end as expected`, {
    hint: `Please report it, with what "sallyport lab run ${s04.number}" prints.`,
  });
}

async function runModes(stage: LoopbackStage, parts: ShowParts, show: Show): Promise<readonly ModeRun[]> {
  const { command, io, signal, pause } = parts;
  const print = printing(io);
  const isDetailed = command.whole || command.step;
  const [tunnel, other] = entrancesOf("auto").map((at) => stage.endpointOf(at).port);
  const ftp = stage.endpointOf({ host: "server", port: 21 }).port;
  print(show.modesOpening({ tunnel: tunnel ?? other ?? 0, ssh: stage.sshEndpoint("server").port, ftp }, isDetailed));
  const runs: ModeRun[] = [];
  for (const mode of loopbackModes) {
    signal.throwIfAborted();
    const run = await runMode(mode, stage, signal);
    runs.push(run);
    if (!isDetailed) continue;
    const why = scenarios.find(({ number }) => number === mode.scenario)?.why ?? "";
    print(show.mode(run, `${runs.length}/${loopbackModes.length}`, command.whole ? run.all : run.first, why));
    await pause();
  }
  const failed = runs.filter(({ failure }) => failure !== undefined);
  if (failed.length > 0) {
    print(show.table(runs));
    throw failureOf(failed);
  }
  return runs;
}

function failureOf(failed: readonly ModeRun[]): SallyportError {
  const [first] = failed;
  const others = failed.length === 1 ? "" : ` (and ${failed.length - 1} more)`;
  const message = `the demo failed in "${first?.mode.title}", ${first?.failure?.step}: ${first?.failure?.error.message}${others}`;
  return new SallyportError("INTERNAL", message, {
    cause: first?.failure?.error,
    hint: "Please report it, with what the demo has printed.",
  });
}

const welcome = `You are reading a file that came by FTP, through SSH.

The control connection and this file's data connection were two channels of
one SSH connection. Nothing else was opened.
`;

const castle = `
      |~        |~        |~
    _ |_ _ _____|_____ _ _|_ _
   | | | | | | | | | | | | | | |
   |      _             _      |
   |     |#|           |#|     |
   |            ___            |
   |           /   \\           |   the big gate: closed
   |          |#####|    _     |
   |          |#####|   | |<------ the sally port: small, guarded, open
___|__________|#####|___|_|____|_____
`;

const welcomeFiles: Readonly<Record<string, Uint8Array>> = {
  "/welcome": Buffer.from(welcome),
  "/castle": Buffer.from(castle.slice(1)),
};
