// The program: words in, exit status out. Everything that is thrown ends here.
import { constants } from "node:os";
import { translateFsError } from "../filesystem/fs-error.ts";
import type { LoopbackParts } from "../lab/loopback/parts.ts";
import { SallyportError } from "../protocol/error.ts";
import { helpText } from "./command-line/help-text.ts";
import { hintAtCommand } from "./command-line/near-command.ts";
import { parseCommandLine } from "./command-line/parse-command-line.ts";
import type { ParsedLine } from "./command-line/parsed-line.ts";
import type { TunnelCommand } from "./command-line/tunnel-command.ts";
import { demoHelpText } from "./demo/demo-help.ts";
import { runDemo } from "./demo/run-demo.ts";
import { exitStatus, exitStatusOf, exitStatusOfSignal } from "./exit-status.ts";
import type { FtpCommand } from "./ftp/ftp-command.ts";
import { ftpHelpText } from "./ftp/ftp-help.ts";
import { labHelpText } from "./lab/lab-help.ts";
import { jsonAnnouncer, textAnnouncer } from "./report/announce.ts";
import { makeReporter } from "./report/make-reporter.ts";
import { asSallyportError, type Reporter, textReporter } from "./report/reporter.ts";
import { backgroundWorld, isBackgroundChild, runInBackground } from "./run/background.ts";
import { leaveWith } from "./run/leave.ts";
import { type ProcessWorld, processWorld } from "./run/process-world.ts";
import { runTunnel } from "./run/run-tunnel.ts";
import type { OpenTunnel, World } from "./run/world.ts";
import { passwdHelpText } from "./serve/passwd-help.ts";
import { runPasswd } from "./serve/run-passwd.ts";
import { type OpenServer, runServe } from "./serve/run-serve.ts";
import type { ServeCommand } from "./serve/serve-command.ts";
import { serveHelpText } from "./serve/serve-help.ts";
import type { TransferCommand } from "./transfer/transfer-command.ts";
import { transferHelpText } from "./transfer/transfer-help.ts";
import { describeVersion } from "./version.ts";

// A resource that does not want to go must not keep a program that has a fault.
const crashWaitMs = 3000;

/** What `sallyport demo` runs with; loaded when it is asked for. */
export type LoadDemoParts = () => Promise<LoopbackParts>;

/** Runs the words after the program's name; the process then ends by itself, with the right status. */
export async function runProgram(
  argv: readonly string[],
  openTunnel: OpenTunnel,
  openServer: OpenServer,
  loadDemoParts: LoadDemoParts,
): Promise<void> {
  const world = processWorld(openTunnel);
  void world.crashed.catch(() => setTimeout(() => process.exit(exitStatus.other), crashWaitMs).unref());
  const status = await run(argv, world, openServer, loadDemoParts);
  await leaveWith(status, [world.output, world.errorOutput], world.wasStopped());
}

async function run(
  argv: readonly string[],
  world: ProcessWorld,
  openServer: OpenServer,
  loadDemoParts: LoadDemoParts,
): Promise<number> {
  const usageReporter = textReporter({ threshold: "warn", stacks: false, write: world.printError });
  try {
    const line = parseCommandLine(argv);
    if (line.kind === "tunnel") return await runCommandLine(line, argv, world);
    if (line.kind === "serve") return await runServer(line, world, openServer);
    return await whole(await runToItsEnd(line, world, loadDemoParts), world, usageReporter);
  } catch (thrown) {
    return fail(thrown, usageReporter);
  }
}

type Ending = Exclude<ParsedLine, TunnelCommand | ServeCommand>;

/** The commands that end by themselves. */
async function runToItsEnd(line: Ending, world: World, loadDemoParts: LoadDemoParts): Promise<number> {
  if (line.kind === "passwd") return await runPasswd(line, world);
  if (line.kind === "demo") return await runDemo(line, world, loadDemoParts);
  if (line.kind === "lab") return await (await import("./lab/run-lab.ts")).runLab(line, world);
  if (line.kind === "ftp") return await runClient(line, world);
  if (line.kind === "transfer") return await runOneShot(line, world);
  const text = line.kind === "transfer-help" ? transferHelpText(line.verb) : texts[line.kind]();
  world.printLine(text.trimEnd());
  return exitStatus.ok;
}

/** Their status, once all that they have written has been taken: what was cut is never status 0. */
async function whole(status: number, { output }: ProcessWorld, reporter: Reporter): Promise<number> {
  await output.flushed();
  const { failure } = output;
  if (failure === undefined) return status;
  // `| head -1` is no error, and ends quietly as by the signal that Node ignores.
  if (failure.code === "EPIPE") return exitStatusOfSignal(constants.signals.SIGPIPE);
  reporter.fail(outputError(failure));
  return exitStatus.output;
}

/** A service goes on when its lines cannot be written; who reads them must know. */
function warnOfOutput({ output }: ProcessWorld, reporter: Reporter): void {
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

const texts = {
  help: helpText,
  "serve-help": serveHelpText,
  "passwd-help": passwdHelpText,
  "demo-help": demoHelpText,
  "lab-help": labHelpText,
  "ftp-help": ftpHelpText,
  version: describeVersion,
};

async function runClient(command: FtpCommand, world: World): Promise<number> {
  // Loaded when it is needed, as SSH is.
  const { runFtp } = await import("./ftp/run-ftp.ts");
  return await runFtp(command, world, textReporter({ threshold: "warn", stacks: false, write: world.printError }));
}

async function runOneShot(command: TransferCommand, world: World): Promise<number> {
  const { runTransfer } = await import("./transfer/run-transfer.ts");
  return await runTransfer(command, world);
}

async function runCommandLine(command: TunnelCommand, argv: readonly string[], world: ProcessWorld): Promise<number> {
  const isChild = isBackgroundChild(world.env);
  if (command.background && !isChild) return runInBackground(argv, world);
  const mine = isChild ? backgroundWorld(world) : worldOf(command, world);
  const reporter = await makeReporter(command.output, mine.printError);
  const announcer = command.output.json ? jsonAnnouncer() : textAnnouncer;
  warnOfOutput(world, reporter);
  try {
    return await runTunnel(command, mine, reporter, announcer);
  } catch (thrown) {
    const error = hintAtCommand(asSallyportError(thrown), command);
    const line = announcer.failed(error);
    if (line !== undefined) mine.printLine(line);
    return fail(error, reporter);
  }
}

async function runServer(command: ServeCommand, world: ProcessWorld, openServer: OpenServer): Promise<number> {
  const reporter = await makeReporter(command.output, world.printError);
  warnOfOutput(world, reporter);
  try {
    return await runServe(command, world, reporter, openServer);
  } catch (thrown) {
    const line = command.output.json ? jsonAnnouncer().failed(asSallyportError(thrown)) : undefined;
    if (line !== undefined) world.printLine(line);
    return fail(thrown, reporter);
  }
}

// With a command behind `--`, standard output is the command's.
function worldOf(command: TunnelCommand, world: World): World {
  if (command.command.length === 0) return world;
  const isQuiet = command.output.quiet && !command.output.json;
  return { ...world, printLine: (line) => (isQuiet ? undefined : world.printError(`${line}\n`)) };
}

function fail(thrown: unknown, reporter: Reporter): number {
  const error = asSallyportError(thrown);
  reporter.fail(error);
  return exitStatusOf(error);
}
