// One run of a tunnel: open it, announce it, wait for its end or for a signal, close it.
import { aborted, LinkedAbort } from "../../platform/abort.ts";
import type { TraceEvent } from "../../platform/trace.ts";
import { definedProps } from "../../protocol/defined-props.ts";
import { isLoopback } from "../../protocol/ip-address.ts";
import { limits } from "../../protocol/limits.ts";
import { EventLog } from "../../text/event-log.ts";
import { isShown } from "../../text/log-record.ts";
import { offerMemory } from "../../tunnel/memory-socket.ts";
import type { Forward, Tunnel, TunnelOptions } from "../../tunnel/options.ts";
import { TunnelMemory } from "../../tunnel/tunnel-memory.ts";
import type { TunnelCommand } from "../command-line/tunnel-command.ts";
import { readCertificate } from "../credentials/read-certificate.ts";
import { readRoots } from "../credentials/sign-in.ts";
import { exitStatus } from "../exit-status.ts";
import type { Announcer } from "../report/announce.ts";
import { type Reporter, thresholdOf } from "../report/reporter.ts";
import { makeAskUser } from "../terminal/ask-user.ts";
import { type TraceWriter, traceOfRun } from "../trace/trace-writer.ts";
import { sessionsThatFit } from "./open-files.ts";
import type { ProcessIo } from "./process-io.ts";
import { fillArgs, runCommand, tunnelEnvironment } from "./run-command.ts";
import { type StopRequest, untilStopped } from "./stop-request.ts";

/** Returns the exit status. Throws what is to be reported to the user. */
export async function runTunnel(
  command: TunnelCommand,
  io: ProcessIo,
  reporter: Reporter,
  announcer: Announcer,
): Promise<number> {
  return await untilStopped(io.onStopSignal, async (stop) => {
    const run: Run = { command, io, reporter, announcer, stop, events: new EventLog(), memory: new TunnelMemory() };
    using writer = traceOfRun(command.output, io, reporter);
    await using tunnel = await open(run, writer);
    await using _memory = await offerMemory(tunnel.forwards, io.env, () => run.memory.sentences());
    return await useTunnel(run, tunnel);
  });
}

interface Run {
  readonly command: TunnelCommand;
  readonly io: ProcessIo;
  readonly reporter: Reporter;
  readonly announcer: Announcer;
  readonly stop: StopRequest;
  readonly events: EventLog;
  readonly memory: TunnelMemory;
}

async function open(run: Run, writer: TraceWriter | undefined): Promise<Tunnel> {
  const { command, io, reporter, stop } = run;
  // Until the tunnel is ready the first signal breaks the attempt off; afterwards only a crash does.
  const abort = new LinkedAbort(stop.first);
  io.crashed.catch((error: unknown) => abort.abort(error));
  const sessionsMax = await sessionsThatFit(command.options.sessionsMax, limits.tunnelSessionsMax, reporter);
  const tls = await readTls(command);
  let isChecking = command.options.check === "wait";
  const opening = io.openTunnel({
    check: "report",
    ...command.options,
    ...tls,
    sessionsMax,
    signal: abort.signal,
    askUser: makeAskUser({ env: io.env, interrupt: () => stop.request("SIGINT") }),
    tellUser: (line) => reporter.log({ level: "warn", message: line, verbatim: true }),
    // What the check finds ends the program, and is said then.
    trace: (event) => observe(run, event, writer, isChecking && event.type === "ssh.channel.refused"),
    traceTransfers: writer !== undefined || isShown("info", thresholdOf(command.output)),
  });
  try {
    return await Promise.race([opening, rejectLater(stop.second)]);
  } finally {
    isChecking = false;
    abort.release();
    opening.catch(() => undefined);
  }
}

async function readTls({ tlsFiles, options }: TunnelCommand): Promise<Pick<TunnelOptions, "tls" | "serverTls">> {
  const { tls, serverCa } = tlsFiles;
  const { serverTls } = options;
  return definedProps({
    tls: tls && { ...(await readCertificate(tls)), required: tls.required },
    serverTls: serverCa === undefined ? serverTls : { ...serverTls, ca: await readRoots(serverCa, "--server-tls-ca") },
  });
}

/** Rejects with the signal's reason some time after it is aborted: what still holds on then is left behind. */
async function rejectLater(signal: AbortSignal): Promise<never> {
  await aborted(signal);
  await new Promise((resolve) => setTimeout(resolve, limits.transportEndMs));
  throw signal.reason;
}

function observe(
  { reporter, announcer, io, events, memory }: Run,
  event: TraceEvent,
  writer: TraceWriter | undefined,
  isSaidLater: boolean,
): void {
  writer?.trace(event);
  memory.observe(event);
  if (isSaidLater) return;
  for (const record of events.observe(event)) reporter.log(record);
  const line = announcer.observe(event);
  if (line !== undefined) io.printLine(line);
}

async function useTunnel(run: Run, tunnel: Tunnel): Promise<number> {
  const { command, io, reporter, announcer, stop } = run;
  if (command.tlsFiles.tls?.required !== true) warnOfExposure(command.options.forwards, reporter);
  if (command.options.serverTls?.insecure === true) warnOfAnyCertificate(command.options.forwards, reporter);
  if (command.options.surviveMs !== undefined) {
    const message = "--survive keeps the FTP users' passwords in this program's memory, as long as their sessions last";
    reporter.log({ level: "warn", message });
  }
  for (const forward of tunnel.forwards) io.printLine(announcer.listening(forward, tunnel));
  io.becameReady();
  const status = command.command.length > 0 ? await useCommand(run, tunnel) : await waitForEnd(run, tunnel);
  await closeTunnel(tunnel, stop.second, reporter);
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

/** Closes the tunnel; at once when `hurry` is aborted. */
async function closeTunnel(tunnel: Tunnel, hurry: AbortSignal, reporter: Reporter): Promise<void> {
  const timer = setTimeout(() => {
    const count = tunnel.transfersRunning;
    const what = count === 0 ? "sessions" : count === 1 ? "1 transfer" : `${count} transfers`;
    reporter.log({
      level: "warn",
      message: `waiting up to ${limits.closeGraceMs / 1000} s for ${what} to finish; again to stop now`,
    });
  }, limits.closeMomentMs);
  const closing = tunnel.close({ graceMs: limits.closeGraceMs });
  closing.catch(() => undefined);
  await Promise.race([closing, aborted(hurry)]);
  clearTimeout(timer);
  await tunnel[Symbol.asyncDispose]();
}

/** Said once, when the tunnel is there. */
function warnOfAnyCertificate(forwards: readonly Forward[], reporter: Reporter): void {
  const servers = forwards.map(({ host, hostPort }) => `${host}:${hostPort}`).join(" and ");
  reporter.log({
    level: "warn",
    message: `--server-tls-insecure: any certificate passes for that of ${servers}; whoever is between the SSH host and there can read and change everything`,
    fields: { event: "any-certificate" },
  });
}

/** One warning for all forwards that listen on more than loopback. */
export function warnOfExposure(forwards: readonly Forward[], reporter: Reporter): void {
  const open = forwards.filter(({ bind = "localhost", implicitTls }) => !isLoopback(bind) && implicitTls !== true);
  if (open.length === 0) return;
  const servers = open.map(({ host, hostPort }) => `${host}:${hostPort}`).join(" and ");
  reporter.log({
    level: "warn",
    message:
      "-g: control and data listeners can be reached from the network; whoever reaches them reaches " +
      `${servers}; the leg from the client to here is not encrypted`,
    fields: { event: "exposed" },
  });
}
