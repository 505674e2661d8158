// One run of a tunnel: open it, say so, wait for its end or for a signal, close it.
import { constants } from "node:os";
import { onAbort } from "../../platform/abort.ts";
import type { TraceEvent } from "../../platform/trace.ts";
import { limits } from "../../protocol/limits.ts";
import type { Tunnel } from "../../tunnel/options.ts";
import type { TunnelCommand } from "../command-line/tunnel-command.ts";
import { exitStatus, exitStatusOfSignal } from "../exit-status.ts";
import type { Announcer } from "../report/announce.ts";
import { EventLog } from "../report/event-log.ts";
import type { Reporter } from "../report/reporter.ts";
import { makeAskUser } from "../terminal/ask-user.ts";
import { traceOfRun } from "../trace/trace-of-run.ts";
import type { TraceWriter } from "../trace/trace-writer.ts";
import { closeTunnel } from "./close-tunnel.ts";
import { fillArgs, tunnelEnvironment } from "./command-args.ts";
import type { ProcessIo } from "./process-io.ts";
import { runCommand } from "./run-command.ts";
import { aborted, Stopped, StopRequest } from "./stop-request.ts";
import { warnOfExposure } from "./warn-of-exposure.ts";

/** Returns the exit status, or throws what the user has to be told. */
export async function runTunnel(
  command: TunnelCommand,
  io: ProcessIo,
  reporter: Reporter,
  announcer: Announcer,
): Promise<number> {
  const stop = new StopRequest(io.onStopSignal);
  const run: Run = { command, io, reporter, announcer, stop, events: new EventLog() };
  let writer: TraceWriter | undefined;
  try {
    writer = traceOfRun(command.output, io, reporter);
    const tunnel = await open(run, writer);
    try {
      return await useTunnel(run, tunnel);
    } finally {
      await tunnel[Symbol.asyncDispose]();
    }
  } catch (error) {
    if (error instanceof Stopped) return exitStatusOfSignal(constants.signals[error.signal]);
    throw error;
  } finally {
    stop[Symbol.dispose]();
    writer?.[Symbol.dispose]();
  }
}

interface Run {
  readonly command: TunnelCommand;
  readonly io: ProcessIo;
  readonly reporter: Reporter;
  readonly announcer: Announcer;
  readonly stop: StopRequest;
  readonly events: EventLog;
}

async function open(run: Run, writer: TraceWriter | undefined): Promise<Tunnel> {
  const { command, io, reporter, stop } = run;
  // Until the tunnel is ready the first signal breaks the attempt off; afterwards only a crash does.
  const abort = new AbortController();
  const stopListening = onAbort(stop.first, () => abort.abort(stop.first.reason));
  io.crashed.catch((error: unknown) => abort.abort(error));
  const opening = io.openTunnel({
    ...command.options,
    signal: abort.signal,
    askUser: makeAskUser({ env: io.env, interrupt: () => stop.request("SIGINT") }),
    tellUser: (line) => reporter.log({ level: "warn", message: line, verbatim: true }),
    trace: (event) => observe(run, event, writer),
  });
  try {
    return await Promise.race([opening, rejectLater(stop.second)]);
  } finally {
    stopListening();
    opening.catch(() => undefined);
  }
}

/** Rejects with the signal's reason some time after it is aborted: what still holds on then is left behind. */
async function rejectLater(signal: AbortSignal): Promise<never> {
  await aborted(signal);
  await new Promise((resolve) => setTimeout(resolve, limits.transportEndMs));
  throw signal.reason;
}

function observe({ reporter, announcer, io, events }: Run, event: TraceEvent, writer: TraceWriter | undefined): void {
  writer?.trace(event);
  for (const record of events.observe(event)) reporter.log(record);
  const line = announcer.observe(event);
  if (line !== undefined) io.printLine(line);
}

async function useTunnel(run: Run, tunnel: Tunnel): Promise<number> {
  const { command, io, reporter, announcer, stop } = run;
  warnOfExposure(command.options.forwards, reporter);
  for (const forward of tunnel.forwards) io.printLine(announcer.listening(forward, tunnel.transport));
  io.becameReady();
  const status = command.command.length > 0 ? await useCommand(run, tunnel) : await waitForEnd(run, tunnel);
  await closeTunnel(tunnel, stop.second, () => run.events.transfers, reporter);
  const line = announcer.closed();
  if (line !== undefined) io.printLine(line);
  return status;
}

async function waitForEnd({ io, stop }: Run, tunnel: Tunnel): Promise<number> {
  const error = await Promise.race([tunnel.closed, aborted(stop.first), io.crashed]);
  if (error !== undefined) throw error;
  return exitStatus.ok;
}

async function useCommand({ command, io, reporter, stop }: Run, tunnel: Tunnel): Promise<number> {
  stop.first.throwIfAborted();
  const [first] = tunnel.forwards;
  const words = first === undefined ? command.command : fillArgs(command.command, first);
  const running = runCommand(words, { ...io.env, ...tunnelEnvironment(tunnel.forwards) }, io.onStopSignal);
  // The command notices the loss by itself; its status stays ours.
  void tunnel.closed.then((error) => error && reporter.log({ level: "warn", message: error.message }));
  const { status, error } = await Promise.race([running, io.crashed]);
  if (error !== undefined) reporter.fail(error);
  return status;
}
