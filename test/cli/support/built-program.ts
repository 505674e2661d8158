// The program, built once for a run of the tests: dist/ belongs to whoever works with it, and may be old.
import { execFileSync, spawn } from "node:child_process";
import {
  closeSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { inject } from "vitest";
import { patienceMs } from "../../support/patience.ts";
import { until } from "../../support/until.ts";

export interface BuiltProgram {
  /** bin/sallyport.js with the real tunnel. */
  readonly real: string;
  /** The same program around a tunnel that FAKE_TUNNEL tells what to do. */
  readonly fake: string;
}

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** Call in beforeAll. The first test file of a run that needs it builds it; the others wait for that. */
export function buildProgram(): BuiltProgram {
  const run = inject("runDirectory");
  const place = join(run, "program");
  if (!takeTurn(join(run, "program.taken"))) waitFor(place);
  else {
    try {
      build(place);
    } catch (error) {
      mkdirSync(failureOf(place));
      throw error;
    }
  }
  return { real: join(place, "bin/sallyport.js"), fake: join(place, "dist/cli/fake.cjs") };
}

const failureOf = (place: string): string => `${place}.failed`;

/**
 * As scripts/build.js does it, with its bundle and the fake program beside it; types are checked elsewhere. bin/ with dist/ as they are published
 * have their tests in test/peers.
 */
function build(place: string): void {
  const unfinished = `${place}.new`;
  const compiled = join(unfinished, "compiled");
  const options = ["--noCheck", "--declaration", "false", "--isolatedDeclarations", "false"];
  const typescript = dirname(createRequire(import.meta.url).resolve("typescript/package.json"));
  const tsc = [join(typescript, "bin/tsc"), "-p", join(root, "tsconfig.json"), "--outDir", join(compiled, "dist")];
  execFileSync(process.execPath, [...tsc, ...options], { stdio: "pipe" });
  copyFileSync(fileURLToPath(new URL("fake-program.mjs", import.meta.url)), join(compiled, "fake.mjs"));
  copyFileSync(join(root, "package.json"), join(unfinished, "package.json"));
  symlinkSync(join(root, "node_modules"), join(unfinished, "node_modules"));
  const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { dependencies: object };
  const words = [
    join(compiled, "dist"),
    join(unfinished, "dist/cli"),
    Object.keys(dependencies),
    [join(compiled, "fake.mjs")],
  ];
  const script = `import { bundle } from "./scripts/bundle.js"; await bundle(...${JSON.stringify(words)});`;
  execFileSync(process.execPath, ["--input-type=module", "-e", script], { cwd: root, stdio: "pipe" });
  cpSync(join(root, "bin"), join(unfinished, "bin"), { recursive: true });
  renameSync(unfinished, place);
}

/** True for one caller only, whichever process it is in. */
function takeTurn(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function waitFor(place: string): void {
  const sleeping = new Int32Array(new SharedArrayBuffer(4));
  const end = performance.now() + patienceMs;
  while (!existsSync(place)) {
    if (existsSync(failureOf(place)) || performance.now() > end) throw new Error(`nobody has built ${place}`);
    Atomics.wait(sleeping, 0, 0, 20);
  }
}

export interface Run extends AsyncDisposable {
  readonly pid: number;
  stdout(): string;
  stderr(): string;
  /** Resolves once standard output and standard error together have it. */
  sees(pattern: RegExp): Promise<RegExpExecArray>;
  kill(signal: NodeJS.Signals): void;
  /** `exit 0` or `signal SIGTERM`, when both streams have ended. */
  readonly ended: Promise<string>;
  /** When the program itself has ended, whoever still holds the streams. */
  readonly left: Promise<string>;
  closeStdout(): void;
  endInput(): void;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** What the fake tunnel is told. */
  readonly tunnel?: object;
  /** Default: none. `open`: nothing comes, until `endInput`. */
  readonly input?: string | { readonly open: true };
  /** A file that standard output goes to. Default: a pipe to this test. */
  readonly output?: string;
  /** It may have to be ended with something left open. Default false: then that fails the test. */
  readonly leaves?: boolean;
  /** Environment of this process too. Default true. */
  readonly inherits?: boolean;
  readonly nodeOptions?: readonly string[];
}

/** Starts `node program ...args`. Disposal kills it if it still runs. */
export function start(program: string, args: readonly string[], options: RunOptions = {}): Run {
  const [file = "", ...words] = withParentDeath([process.execPath, ...(options.nodeOptions ?? []), program, ...args]);
  const output = options.output === undefined ? undefined : openSync(options.output, "w");
  const child = spawn(file, words, {
    stdio: ["pipe", output ?? "pipe", "pipe"],
    env: {
      // A tunnel that is killed leaves what it offers its user there, and not among the test's temporary files.
      ...(options.inherits === false ? {} : { ...process.env, XDG_RUNTIME_DIR: inject("runDirectory") }),
      FAKE_TUNNEL: JSON.stringify(options.tunnel ?? {}),
      // Nothing is written to the home directory of whoever runs the tests.
      NODE_DISABLE_COMPILE_CACHE: "1",
      // It tells what kept it from ending by itself.
      NODE_DEBUG: "sallyport",
      ...options.env,
    },
  });
  if (output !== undefined) closeSync(output);
  const { stdin, stderr: errors } = child;
  if (stdin === null || errors === null) throw new Error("a pipe is missing");
  stdin.on("error", () => {});
  if (typeof options.input !== "object") stdin.end(options.input ?? "");
  let [stdout, stderr] = ["", ""];
  child.stdout?.on("data", (bytes: Buffer) => {
    stdout += bytes.toString();
  });
  errors.on("data", (bytes: Buffer) => {
    stderr += bytes.toString();
  });
  const how = (event: "exit" | "close"): Promise<string> =>
    new Promise((resolve) => {
      child.once(event, (code, signal) => resolve(signal === null ? `exit ${code}` : `signal ${signal}`));
    });
  const [left, ended] = [how("exit"), how("close")];
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  return {
    pid: child.pid ?? -1,
    stdout: () => stdout,
    stderr: () => stderr,
    kill: (signal) => void child.kill(signal),
    ended,
    left,
    endInput: () => void stdin.end(),
    closeStdout: () => void child.stdout?.destroy(),
    sees: (pattern) =>
      until(
        () => `${pattern} in\n${stdout}${stderr}`,
        () => {
          const match = pattern.exec(stdout + stderr);
          if (match === null && isOver) throw new Error(`the program ended without ${pattern}:\n${stdout}${stderr}`);
          return match ?? undefined;
        },
      ),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await left;
      for (const stream of [stdin, child.stdout, errors]) stream?.destroy();
      const open = /left open: .*/.exec(stderr);
      if (open !== null && options.leaves !== true) throw new Error(`${args.join(" ")} ended with ${open[0]}`);
    },
  };
}

// So that a test run that is itself killed leaves nothing (prctl(2), PR_SET_PDEATHSIG).
function withParentDeath(command: readonly string[]): readonly string[] {
  const setpriv = "/usr/bin/setpriv";
  return existsSync(setpriv) ? [setpriv, "--pdeathsig", "TERM", "--", ...command] : command;
}

/** Runs it to its end. */
export async function run(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<{ readonly ended: string; readonly stdout: string; readonly stderr: string }> {
  await using started = start(program, args, options);
  const ended = await started.ended;
  return { ended, stdout: started.stdout(), stderr: started.stderr() };
}
