// The program: arguments in, exit status out. Everything that is thrown ends here.
import { translateFsError } from "../filesystem/fs-error.ts";
import type { LoopbackParts } from "../lab/loopback/parts.ts";
import { SallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import type { BridgeCommand } from "./bridge/bridge-command.ts";
import type { ToFtpCommand } from "./bridge/to-ftp-command.ts";
import { helpText, type ParsedLine } from "./command-line/commands.ts";
import { hintAtCommand } from "./command-line/near-command.ts";
import { parseCommandLine } from "./command-line/parse-command-line.ts";
import type { TunnelCommand } from "./command-line/tunnel-command.ts";
import { exitStatus, exitStatusOf, exitStatusOfSignal } from "./exit-status.ts";
import { jsonAnnouncer, textAnnouncer } from "./report/announce.ts";
import { asSallyportError, makeReporter, type Reporter, textReporter } from "./report/reporter.ts";
import { leaveWith, type OpenTunnel, type ProcessIo, type RealProcessIo, realProcessIo } from "./run/process-io.ts";
import type { OpenServer } from "./serve/run-serve.ts";
import type { ServeCommand } from "./serve/serve-command.ts";
import { describeVersion } from "./version.ts";

/** What `sallyport demo` runs with; loaded when it is asked for. */
export type LoadDemoParts = () => Promise<LoopbackParts>;

/** Runs the arguments after the program's name; the process then ends by itself, with the right status. */
export async function runProgram(
  argv: readonly string[],
  openTunnel: OpenTunnel,
  openServer: OpenServer,
  loadDemoParts: LoadDemoParts,
): Promise<void> {
  const io = realProcessIo(openTunnel);
  void io.crashed.catch(() => setTimeout(() => process.exit(exitStatus.other), limits.crashWaitMs).unref());
  const status = await run(argv, io, openServer, loadDemoParts);
  await leaveWith(status, [io.output, io.errorOutput], io.wasStopped());
}

async function run(
  argv: readonly string[],
  io: RealProcessIo,
  openServer: OpenServer,
  loadDemoParts: LoadDemoParts,
): Promise<number> {
  try {
    const line = parseCommandLine(argv);
    if (line.kind === "tunnel") return await runCommandLine(line, argv, io);
    if (line.kind === "serve" || line.kind === "bridge" || line.kind === "bridge-to-ftp")
      return await runServer(line, io, openServer);
    return await whole(await runToItsEnd(line, io, loadDemoParts), io, usageReporter(io));
  } catch (thrown) {
    return fail(thrown, usageReporter(io));
  }
}

type Ending = Exclude<ParsedLine, TunnelCommand | ServeCommand | BridgeCommand | ToFtpCommand>;

/** The commands that end by themselves; each is loaded when it is needed. */
async function runToItsEnd(line: Ending, io: ProcessIo, loadDemoParts: LoadDemoParts): Promise<number> {
  switch (line.kind) {
    case "passwd":
      return await (await import("./serve/run-passwd.ts")).runPasswd(line, io);
    case "demo":
      return await (await import("./demo/run-demo.ts")).runDemo(line, io, loadDemoParts);
    case "lab":
      return await (await import("./lab/run-lab.ts")).runLab(line, io);
    case "doctor":
      return await (await import("./doctor/run-doctor.ts")).runDoctor(line, io);
    case "explain":
      return (await import("./doctor/run-explain.ts")).runExplain(line, io);
    case "ftp":
      return await (await import("./ftp/run-ftp.ts")).runFtp(line, io, usageReporter(io));
    case "transfer":
      return await (await import("./transfer/run-transfer.ts")).runTransfer(line, io);
    default:
      io.printLine(line.kind === "help" ? helpText(line.command).trimEnd() : describeVersion());
      return exitStatus.ok;
  }
}

const usageReporter = ({ printError }: ProcessIo): Reporter =>
  textReporter({ threshold: "warn", stacks: false, write: printError });

/** Their status, once all that they have written has been taken: what was cut is never status 0. */
async function whole(status: number, { output }: RealProcessIo, reporter: Reporter): Promise<number> {
  await output.flushed();
  const { failure } = output;
  if (failure === undefined) return status;
  // `| head -1` is no error, and ends quietly as by the signal that Node ignores.
  if (failure.code === "EPIPE") return exitStatusOfSignal("SIGPIPE");
  reporter.fail(outputError(failure));
  return exitStatus.output;
}

/** A service goes on when its lines cannot be written; who reads them must know. */
function warnOfOutput({ output }: RealProcessIo, reporter: Reporter): void {
  void output.failed.then(() => {
    if (output.failure === undefined || output.failure.code === "EPIPE") return;
    reporter.log({ level: "warn", message: outputError(output.failure).message });
  });
}

function outputError(cause: NodeJS.ErrnoException): SallyportError {
  const { code, message } = translateFsError(cause, "standard output");
  return new SallyportError(code, message, {
    cause,
    hint: "The output is incomplete; write it where there is room.",
  });
}

async function runCommandLine(command: TunnelCommand, argv: readonly string[], io: RealProcessIo): Promise<number> {
  const [{ runTunnel }, { backgroundIo, isBackgroundChild, runInBackground }] = await Promise.all([
    import("./run/run-tunnel.ts"),
    import("./run/background.ts"),
  ]);
  const isChild = isBackgroundChild(io.env);
  if (command.background && !isChild) return runInBackground(argv, io);
  const mine = isChild ? backgroundIo(io) : ioOf(command, io);
  const reporter = await makeReporter(command.output, mine.printError);
  const announcer = command.output.json ? jsonAnnouncer() : textAnnouncer;
  warnOfOutput(io, reporter);
  try {
    return await runTunnel(command, mine, reporter, announcer);
  } catch (thrown) {
    const error = hintAtCommand(asSallyportError(thrown), command);
    const line = announcer.failed(error);
    if (line !== undefined) mine.printLine(line);
    return fail(error, reporter);
  }
}

async function runServer(
  command: ServeCommand | BridgeCommand | ToFtpCommand,
  io: RealProcessIo,
  openServer: OpenServer,
): Promise<number> {
  const { output } = command.kind === "serve" ? command : command.serve;
  const reporter = await makeReporter(output, io.printError);
  warnOfOutput(io, reporter);
  try {
    if (command.kind === "bridge") {
      const { runBridge } = await import("./bridge/run-bridge.ts");
      return await runBridge(command, io, reporter, openServer);
    }
    if (command.kind === "bridge-to-ftp") {
      const { runToFtp } = await import("./bridge/run-to-ftp.ts");
      return await runToFtp(command, io, reporter, openServer);
    }
    const { runServe } = await import("./serve/run-serve.ts");
    return await runServe(command, io, reporter, openServer);
  } catch (thrown) {
    const line = output.json ? jsonAnnouncer().failed(asSallyportError(thrown)) : undefined;
    if (line !== undefined) io.printLine(line);
    return fail(thrown, reporter);
  }
}

// With a command behind `--`, standard output is the command's.
function ioOf(command: TunnelCommand, io: ProcessIo): ProcessIo {
  if (command.command.length === 0) return io;
  const isQuiet = command.output.quiet && !command.output.json;
  return { ...io, printLine: (line) => (isQuiet ? undefined : io.printError(`${line}\n`)) };
}

function fail(thrown: unknown, reporter: Reporter): number {
  const error = asSallyportError(thrown);
  reporter.fail(error);
  return exitStatusOf(error);
}
