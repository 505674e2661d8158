// One run of get, put, ls, cp, rm, mkdir or mv: sessions, workers, report, and the end by success, failure or signal.

import { systemClock } from "../../network/system-clock.ts";
import { aborted } from "../../platform/abort.ts";
import type { TraceEvent } from "../../platform/trace.ts";
import { SallyportError } from "../../protocol/error.ts";
import { isSkippedNote } from "../../protocol/reply-receiver.ts";
import { dialogueLines } from "../../text/dialogue-lines.ts";
import { Progress } from "../../text/progress.ts";
import { runTasks } from "../../transfer/worker-pool.ts";
import { signIn } from "../credentials/sign-in.ts";
import { exitStatus, exitStatusOf, exitStatusOfSignal } from "../exit-status.ts";
import { asSallyportError } from "../report/reporter.ts";
import type { ProcessIo } from "../run/process-io.ts";
import { StopRequest } from "../run/stop-request.ts";
import { sshPrompts } from "../terminal/ask-user.ts";
import { makeTasks, moveTasks, removeTasks } from "./change-tasks.ts";
import { RunContext, type Task } from "./context.ts";
import { copyTasks } from "./copy-tasks.ts";
import { getTasks } from "./get-tasks.ts";
import { listTasks } from "./list-tasks.ts";
import { putTasks } from "./put-tasks.ts";
import type { Report } from "./report.ts";
import { Sessions } from "./sessions.ts";
import { TextReport } from "./text-report.ts";
import type { TransferCommand } from "./transfer-command.ts";

/** Returns the exit status; whatever went wrong has been reported. The second signal does not wait for the server. */
export async function runTransfer(command: TransferCommand, io: ProcessIo): Promise<number> {
  const stop = new StopRequest(io.onStopSignal);
  void io.outputGone.then(() => stop.request("SIGPIPE"));
  try {
    const work = perform(command, io, stop.first, () => stop.request("SIGINT"));
    const status = await Promise.race([work, aborted(stop.second), io.crashed]);
    const signal = stop.signalOf(stop.first.reason);
    return signal === undefined ? (status ?? exitStatus.other) : exitStatusOfSignal(signal);
  } finally {
    stop[Symbol.dispose]();
  }
}

async function perform(
  command: TransferCommand,
  io: ProcessIo,
  signal: AbortSignal,
  interrupt: () => void,
): Promise<number> {
  const nowMs = (): number => systemClock.nowMs();
  const report = await reportOf(command, io);
  const context = new RunContext(command, report, nowMs, io.outputStream);
  const startedMs = nowMs();
  const errorsOfTasks: SallyportError[] = [];
  const notes = new ServerNotes((text) => report.note(text));
  await using sessions = openSessions(command, io, notes, signal, interrupt);
  try {
    const failed = (name: string, thrown: unknown): void => {
      const error = asSallyportError(thrown);
      errorsOfTasks.push(error);
      report.failed(name, error);
    };
    const note = (text: string): void => report.note(text);
    const how = { sessions, count: command.sessions, clock: systemClock, signal };
    await runTasks(tasksOf(command, context), { ...how, failed, note });
    context.errors.push(...errorsOfTasks);
    notes.over();
  } catch (thrown) {
    if (signal.aborted) return exitStatus.other;
    const error = asSallyportError(thrown);
    context.fail("", error);
    return exitStatusOf(error);
  }
  const { files, bytes, skipped, errors } = context;
  report.done({
    verb: command.order.verb,
    files,
    bytes,
    skipped,
    failed: errors.length,
    elapsedMs: nowMs() - startedMs,
  });
  const [first] = errors;
  return first === undefined ? exitStatus.ok : exitStatusOf(first);
}

function tasksOf({ order }: TransferCommand, context: RunContext): readonly Task[] {
  if (order.verb === "get") return getTasks(context, order.sources, order.destination);
  if (order.verb === "put") return putTasks(context, order.sources, order.destination);
  if (order.verb === "cp") return copyTasks(context, order.sources, order.destination);
  if (order.verb === "rm") return removeTasks(context, order.sources);
  if (order.verb === "mkdir") return makeTasks(context, order.sources);
  if (order.verb === "mv") return moveTasks(context, order.sources, order.destination);
  return listTasks(context, order.sources);
}

async function reportOf({ json, quiet, explain: isLong }: TransferCommand, io: ProcessIo): Promise<Report> {
  // The scenarios are long texts.
  const explain = isLong ? (await import("../../protocol/findings/explain-error.ts")).explain : undefined;
  const { printLine, printError } = io;
  const columns = quiet || json ? undefined : io.columns;
  const progress = new Progress({ columns, write: printError, nowMs: () => systemClock.nowMs() });
  if (json) return new (await import("./json-report.ts")).JsonReport({ printLine, explain, progress });
  return new TextReport({ printLine, printError, quiet, explain, progress });
}

function openSessions(
  command: TransferCommand,
  io: ProcessIo,
  notes: ServerNotes,
  signal: AbortSignal,
  interrupt: () => void,
): Sessions {
  const prompts = sshPrompts(io, interrupt);
  const trace = (event: TraceEvent): void => {
    if (command.debug) {
      for (const line of dialogueLines(event, { replies: true, commands: true })) io.printError(`${line}\n`);
    } else if (event.type === "relay.note") notes.add(event.note);
  };
  return new Sessions({
    command,
    signal,
    trace,
    // The dialogue of each file is for --debug alone.
    traceTransfers: command.debug,
    via: command.via === undefined ? undefined : { ...command.via, ...prompts },
    prompts,
    logIn: ({ host, user, password }) =>
      signIn(
        { host, user, password: password?.reveal() },
        {
          env: io.env,
          askPassword: async (name) => {
            const text = `Password of ${name} at ${host}: `;
            const answer = await prompts.askUser({ kind: "password", text, echo: false }, signal);
            if (answer === undefined) throw noPassword(name, host);
            return answer;
          },
        },
      ),
  });
}

/** What is to be told of the servers: each thing once, and of lines that are no replies the first and how many more. */
class ServerNotes {
  readonly #tell: (text: string) => void;
  readonly #seen: Set<string> = new Set();
  #skippedLines = 0;

  constructor(tell: (text: string) => void) {
    this.#tell = tell;
  }

  add(note: string): void {
    if (isSkippedNote(note)) this.#skippedLines += 1;
    if (isSkippedNote(note) ? this.#skippedLines > 1 : this.#seen.has(note)) return;
    this.#seen.add(note);
    this.#tell(note);
  }

  over(): void {
    const more = this.#skippedLines - 1;
    if (more > 0)
      this.#tell(
        `${more} more ${more === 1 ? "line was" : "lines were"} skipped that ${more === 1 ? "is" : "are"} not a reply`,
      );
  }
}

function noPassword(user: string, host: string): SallyportError {
  return new SallyportError("FTP_LOGIN", `there is no password for ${user} at ${host}, and nobody to ask`, {
    hint: `Put it into ~/.netrc: machine ${host} login ${user} password ...; chmod 600 ~/.netrc.`,
  });
}
