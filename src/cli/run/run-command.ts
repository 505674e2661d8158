// Runs the command behind `--` on this machine, with our standard input and output.
import { spawn } from "node:child_process";
import { SallyportError } from "../../protocol/error.ts";
import { ownEntry } from "../../protocol/own-entry.ts";
import type { OpenForward } from "../../tunnel/options.ts";
import { exitStatus, exitStatusOfSignal } from "../exit-status.ts";
import type { ProcessIo } from "./process-io.ts";

export interface CommandResult {
  readonly status: number;
  /** Present when it could not be started. */
  readonly error?: SallyportError;
}

/** Waits until it ends. Signals are passed on; a terminal's Ctrl-C reaches it without our help. */
export function runCommand(
  words: readonly string[],
  env: NodeJS.ProcessEnv,
  onStopSignal: ProcessIo["onStopSignal"],
): Promise<CommandResult> {
  const [program = "", ...args] = words;
  return new Promise((resolve) => {
    const release = onStopSignal((signal) => {
      if (signal !== "SIGINT" || !hasTerminal()) child?.kill(signal);
    });
    const done = (result: CommandResult): void => {
      release();
      resolve(result);
    };
    const child = trySpawn(() => spawn(program, args, { stdio: "inherit", env }), program, done);
    child?.on("error", (error) => done(cannotRun(program, error)));
    child?.on("exit", (status, signal) =>
      done({ status: signal === null ? (status ?? 0) : exitStatusOfSignal(signal) }),
    );
  });
}

// spawn throws at once for an argument that no program can get (an empty name, E2BIG), and later for what exec refuses.
function trySpawn<Child>(
  start: () => Child,
  program: string,
  done: (result: CommandResult) => void,
): Child | undefined {
  try {
    return start();
  } catch (error) {
    done(cannotRun(program, error));
    return undefined;
  }
}

function hasTerminal(): boolean {
  return [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY);
}

function cannotRun(program: string, cause: unknown): CommandResult {
  const system = (cause as NodeJS.ErrnoException).code ?? "unknown error";
  const isMissing = system === "ENOENT";
  const why = isMissing ? "there is no such command" : system === "EACCES" ? "permission denied" : system;
  return {
    status: isMissing ? exitStatus.commandMissing : exitStatus.commandCannotRun,
    error: new SallyportError("USAGE_INVALID", `cannot run "${program}": ${why}`, {
      cause,
      hint: "Check the words after --.",
      details: { system },
    }),
  };
}

/** The arguments with {host}, {port} and {url} replaced by those of the first forward. Other braces stay. */
export function fillArgs(words: readonly string[], forward: OpenForward): readonly string[] {
  const values: Readonly<Record<string, string>> = {
    "{host}": forward.host,
    "{port}": String(forward.port),
    "{url}": forward.url,
  };
  return words.map((word) => word.replace(/\{(?:host|port|url)\}/g, (name) => ownEntry(values, name) ?? name));
}

/** SALLYPORT_HOST, _PORT, _URL for the first forward, and SALLYPORT_HOST_2 … for the others. */
export function tunnelEnvironment(forwards: readonly OpenForward[]): Readonly<Record<string, string>> {
  const entries = forwards.flatMap(({ host, port, url, socket }, index) => {
    const suffix = index === 0 ? "" : `_${index + 1}`;
    return [
      [`SALLYPORT_HOST${suffix}`, host],
      [`SALLYPORT_PORT${suffix}`, String(port)],
      [`SALLYPORT_URL${suffix}`, url],
      ...(socket === undefined ? [] : [[`SALLYPORT_SOCKET${suffix}`, socket]]),
    ];
  });
  return Object.fromEntries(entries);
}
