// The program: words in, exit status out. Everything that is thrown ends here.
import { helpText } from "./command-line/help-text.ts";
import { hintAtCommand } from "./command-line/near-command.ts";
import { parseCommandLine } from "./command-line/parse-command-line.ts";
import type { TunnelCommand } from "./command-line/tunnel-command.ts";
import { demoHelpText } from "./demo/demo-help.ts";
import type { DemoParts } from "./demo/parts.ts";
import { runDemo } from "./demo/run-demo.ts";
import { exitStatus, exitStatusOf } from "./exit-status.ts";
import type { FtpCommand } from "./ftp/ftp-command.ts";
import { ftpHelpText } from "./ftp/ftp-help.ts";
import { labHelpText } from "./lab/lab-help.ts";
import { jsonAnnouncer, textAnnouncer } from "./report/announce.ts";
import { makeReporter } from "./report/make-reporter.ts";
import { asSallyportError, type Reporter, textReporter } from "./report/reporter.ts";
import { backgroundWorld, isBackgroundChild, runInBackground } from "./run/background.ts";
import { processWorld } from "./run/process-world.ts";
import { runTunnel } from "./run/run-tunnel.ts";
import type { OpenTunnel, World } from "./run/world.ts";
import { runPasswd } from "./serve/run-passwd.ts";
import { type OpenServer, runServe } from "./serve/run-serve.ts";
import type { ServeCommand } from "./serve/serve-command.ts";
import { serveHelpText } from "./serve/serve-help.ts";
import type { TransferCommand } from "./transfer/transfer-command.ts";
import { transferHelpText } from "./transfer/transfer-help.ts";
import { describeVersion } from "./version.ts";

// A resource that does not want to go must not keep the program.
const lastWaitMs = 3000;

/** What `sallyport demo` runs with; loaded when it is asked for. */
export type LoadDemoParts = () => Promise<DemoParts>;

/** Runs the words after the program's name, and ends the process with the right status. */
export async function runProgram(
  argv: readonly string[],
  openTunnel: OpenTunnel,
  openServer: OpenServer,
  loadDemoParts: LoadDemoParts,
): Promise<never> {
  const world = processWorld(openTunnel);
  void world.crashed.catch(() => setTimeout(() => process.exit(exitStatus.other), lastWaitMs));
  process.exit(await run(argv, world, openServer, loadDemoParts));
}

async function run(
  argv: readonly string[],
  world: World,
  openServer: OpenServer,
  loadDemoParts: LoadDemoParts,
): Promise<number> {
  const usageReporter = textReporter({ threshold: "warn", stacks: false, write: world.printError });
  try {
    const line = parseCommandLine(argv);
    if (line.kind === "tunnel") return await runCommandLine(line, argv, world);
    if (line.kind === "serve") return await runServer(line, world, openServer);
    if (line.kind === "passwd") return await runPasswd(line, world);
    if (line.kind === "demo") return await runDemo(line, world, loadDemoParts);
    if (line.kind === "lab") return await (await import("./lab/run-lab.ts")).runLab(line, world);
    if (line.kind === "ftp") return await runClient(line, world);
    if (line.kind === "transfer") return await runOneShot(line, world);
    const text = line.kind === "transfer-help" ? transferHelpText(line.verb) : texts[line.kind]();
    world.printLine(text.trimEnd());
    return exitStatus.ok;
  } catch (thrown) {
    return fail(thrown, usageReporter);
  }
}

const texts = {
  help: helpText,
  "serve-help": serveHelpText,
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

async function runCommandLine(command: TunnelCommand, argv: readonly string[], world: World): Promise<number> {
  const isChild = isBackgroundChild(world.env);
  if (command.background && !isChild) return runInBackground(argv, world);
  const mine = isChild ? backgroundWorld(world) : worldOf(command, world);
  const reporter = await makeReporter(command.output, mine.printError);
  const announcer = command.output.json ? jsonAnnouncer() : textAnnouncer;
  try {
    return await runTunnel(command, mine, reporter, announcer);
  } catch (thrown) {
    const error = hintAtCommand(asSallyportError(thrown), command);
    const line = announcer.failed(error);
    if (line !== undefined) mine.printLine(line);
    return fail(error, reporter);
  }
}

async function runServer(command: ServeCommand, world: World, openServer: OpenServer): Promise<number> {
  const reporter = await makeReporter(command.output, world.printError);
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
