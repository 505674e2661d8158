// One run of the client: the terminal or the pipe, the session, and the end by command, signal or failure.
import { spawn } from "node:child_process";
import { ReadStream } from "node:tty";
import type { Credentials } from "../../client/client-options.ts";
import type { FtpClient } from "../../client/ftp-client.ts";
import { connectFtp, type FtpClientOptions } from "../../connect/ftp-client.ts";
import { type SshHost, sshHost } from "../../connect/ssh-host.ts";
import { systemClock } from "../../network/system-clock.ts";
import { attemptUntil, onAbort } from "../../platform/abort.ts";
import type { TraceEvent } from "../../platform/trace.ts";
import { makeComplete } from "../../prompt/completion.ts";
import { type LineSource, PipedLines, TerminalLines } from "../../prompt/line-source.ts";
import { type Failure, Prompt } from "../../prompt/prompt.ts";
import { askUserName } from "../../prompt/session-commands.ts";
import type { SessionSlot } from "../../prompt/session-slot.ts";
import type { Settings, Shell, Target } from "../../prompt/shell.ts";
import { definedProps } from "../../protocol/defined-props.ts";
import { SallyportError } from "../../protocol/error.ts";
import type { explain } from "../../protocol/findings/explain-error.ts";
import type { AskUser } from "../../ssh/ssh-connection.ts";
import { dialogueLines } from "../../text/dialogue-lines.ts";
import { escapeText } from "../../text/escape-text.ts";
import { signIn, tlsOptions } from "../credentials/sign-in.ts";
import { exitStatus, exitStatusOf, exitStatusOfSignal } from "../exit-status.ts";
import { asSallyportError, type Reporter } from "../report/reporter.ts";
import type { ProcessIo } from "../run/process-io.ts";
import { sshPrompts } from "../terminal/ask-user.ts";
import type { FtpCommand } from "./ftp-command.ts";

/** Returns the exit status. Throws what is to be reported to the user. */
export async function runFtp(command: FtpCommand, io: ProcessIo, reporter: Reporter): Promise<number> {
  // The scenarios are long texts.
  const long = command.explain ? (await import("../../protocol/findings/explain-error.ts")).explain : undefined;
  const run = new FtpRun(command, io, reporter, long);
  try {
    return await run.run();
  } finally {
    await run[Symbol.asyncDispose]();
  }
}

class FtpRun implements AsyncDisposable {
  readonly #command: FtpCommand;
  readonly #io: ProcessIo;
  readonly #prompt: Prompt;
  readonly #lines: LineSource;
  /** One SSH connection for all sessions: connected when first needed, and again when it was lost. */
  readonly #via: SshHost | undefined;
  readonly #askUser: AskUser;
  readonly #interactive: boolean = process.stdin.isTTY === true && process.stdout.isTTY === true;
  readonly #settings: Settings;
  readonly #end = new AbortController();
  /** Completion talks to the server in the middle of a line. */
  #silent = false;
  /** From the login on, the client asks the server what it can: nobody has typed that. */
  #opening: "no" | "login" | "set-up" = "no";
  /** PASS is not answered yet; FEAT may be on its way already. */
  #isLoginDue = false;
  #isSetUp = false;
  /** Sessions with the second server, whose lines are marked. */
  readonly #second: Set<number> = new Set();
  #connecting: SessionSlot["which"] = "first";

  constructor(command: FtpCommand, io: ProcessIo, reporter: Reporter, long: typeof explain | undefined) {
    this.#command = command;
    this.#io = io;
    this.#settings = settingsOf(command, this.#interactive);
    const prompts = sshPrompts(io, () => void this.#prompt.interrupt());
    this.#askUser = prompts.askUser;
    const via = command.via === undefined ? undefined : { ...command.via, ...prompts };
    this.#via = via === undefined ? undefined : sshHost({ ...via, trace: (event) => this.#show(event) });
    this.#lines = this.#openLines();
    this.#prompt = new Prompt({
      lines: this.#lines,
      settings: this.#settings,
      interactive: this.#interactive,
      connect: (target, which) => this.#connect(target, which),
      signIn: (target, signal) => this.#signIn(target, signal),
      ask: (question, hidden, signal) => this.#ask(question, hidden, signal),
      output: process.stdout,
      columns: () => (process.stdout.isTTY ? process.stdout.columns : undefined),
      known: asSallyportError,
      report: (error, shown) => {
        if (!shown) reporter.fail(error);
        for (const line of long?.(error) ?? []) io.printError(`  ${escapeText(line)}\n`);
      },
      runLocal: (line, directory) => runLocal(line, directory, this.#interactive, io.env),
      nowMs: () => systemClock.nowMs(),
    });
  }

  async run(): Promise<number> {
    const stopped = new Promise<NodeJS.Signals>((resolve) => {
      const stop = (signal: NodeJS.Signals): void => {
        this.#end.abort(new Error(`stopped by ${signal}`));
        resolve(signal);
      };
      const release = this.#io.onStopSignal((signal) => {
        if (signal === "SIGINT" && this.#interactive && this.#prompt.interrupt()) return;
        stop(signal);
      });
      void this.#io.outputGone.then(() => stop("SIGPIPE"));
      onAbort(this.#end.signal, release);
    });
    const end = await Promise.race([this.#dialogue(), stopped.then((signal) => ({ signal }))]);
    if (end === undefined) return exitStatus.ok;
    if (end === "interrupted") return exitStatus.other;
    return "signal" in end ? exitStatusOfSignal(end.signal) : exitStatusOf(end);
  }

  async #dialogue(): Promise<Failure> {
    const { target, directory } = this.#command;
    let failure = target === undefined ? undefined : await this.#prompt.start(target);
    if (failure === undefined && directory !== undefined) {
      failure = await this.#prompt.attempt((shell) => shell.client().cd(directory, { signal: shell.signal }));
    }
    if (failure !== undefined && !this.#interactive) return failure;
    return await this.#prompt.run();
  }

  #openLines(): LineSource {
    if (!this.#interactive || !(process.stdin instanceof ReadStream)) return new PipedLines(process.stdin);
    const complete = makeComplete({
      settings: this.#settings,
      client: () => (this.#prompt.connected ? this.#prompt.client() : undefined),
    });
    return new TerminalLines(process.stdin, process.stdout, async (line) => {
      this.#silent = true;
      try {
        return await complete(line);
      } finally {
        this.#silent = false;
      }
    });
  }

  async #connect(target: Target, which: SessionSlot["which"]): Promise<FtpClient> {
    const tls = await tlsOptions(this.#command.tls, this.#command.tlsCa);
    const { host, port } = target;
    const options: FtpClientOptions = {
      host,
      ...definedProps({ port }),
      credentials: (_, signal) => this.#signIn(target, signal),
      ...tls,
      mode: this.#settings.mode,
      epsv4: this.#settings.epsv4,
      encoding: this.#settings.encoding,
      trace: (event) => this.#show(event),
      ...definedProps({ via: this.#via }),
    };
    this.#opening = "login";
    this.#isLoginDue = this.#isSetUp = false;
    this.#connecting = which;
    try {
      return await attemptUntil(this.#prompt.signal, this.#end.signal, (signal) => connectFtp({ ...options, signal }));
    } finally {
      this.#opening = "no";
    }
  }

  #signIn(target: Target, signal: AbortSignal): Promise<Credentials> {
    const ask: Shell["ask"] = (question, hidden, until = signal) => this.#ask(question, hidden, until);
    return signIn(target, {
      env: this.#io.env,
      askUser: () => askUserName({ ask }, target.host),
      askPassword: (_, until) => ask("Password: ", true, until),
      asks: "challenged",
    });
  }

  async #ask(question: string, hidden: boolean, until?: AbortSignal): Promise<string | undefined> {
    if (!this.#interactive) return undefined;
    const kind = hidden ? ("password" as const) : ("other" as const);
    const { signal: own } = this.#prompt;
    const signal = until === undefined ? own : AbortSignal.any([own, until]);
    const answer = await this.#askUser({ kind, text: question, echo: !hidden }, signal);
    signal.throwIfAborted();
    return answer;
  }

  #show(event: TraceEvent): void {
    if (this.#silent) return;
    const { verbose, debug } = this.#settings;
    if (event.type === "ftp.command" && event.line.startsWith("PASS ")) this.#isLoginDue = true;
    if (event.type === "ftp.command" && event.line === "FEAT") this.#isSetUp = true;
    if (this.#isSetUp && !this.#isLoginDue && this.#opening === "login") this.#opening = "set-up";
    if (event.type === "ftp.reply") this.#isLoginDue = false;
    const replies = verbose && (debug || this.#opening !== "set-up");
    const lines = dialogueLines(event, { replies, commands: debug });
    if (lines.length > 0) this.#prompt.eraseProgress();
    if (event.type === "control.open" && this.#connecting === "second") this.#second.add(event.session);
    const mark = this.#second.has(event.session) ? "proxy: " : "";
    for (const line of lines) process.stdout.write(`${mark}${line}\n`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#prompt[Symbol.asyncDispose]();
    await this.#via?.[Symbol.asyncDispose]();
    this.#lines[Symbol.dispose]();
    this.#end.abort(new Error("the program ends"));
  }
}

/** An empty line is an interactive shell. In a script the rest of the script is not the command's input. */
export function runLocal(
  line: string,
  directory: string,
  interactive: boolean,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const shell = env["SHELL"] || "/bin/sh";
  const child = spawn(shell, line === "" ? [] : ["-c", line], {
    cwd: directory,
    env,
    stdio: [interactive ? "inherit" : "ignore", "inherit", "inherit"],
  });
  return new Promise((resolve, reject) => {
    child.on("error", (cause) => reject(new SallyportError("USAGE_INVALID", `cannot run ${shell}`, { cause })));
    child.on("exit", (status) => resolve(status ?? 1));
  });
}

/** `interactive`: a person is at the terminal, who sees replies and is asked. */
export function settingsOf({ mode, debug, quiet, encoding = "utf8" }: FtpCommand, interactive: boolean): Settings {
  return {
    type: "binary",
    verbose: (interactive || debug) && !quiet,
    debug,
    hash: false,
    confirm: interactive,
    glob: true,
    preserve: true,
    sendPort: mode !== "default-port",
    epsv4: true,
    encoding,
    mode,
    localDirectory: process.cwd(),
  };
}
