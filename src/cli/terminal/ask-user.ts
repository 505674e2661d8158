// Answers the embedded transport's questions: on the terminal, or with SSH_ASKPASS.
import { abortablePromise } from "../../platform/abort.ts";
import { SallyportError } from "../../protocol/error.ts";
import type { AskUser, Question, SshHostOptions } from "../../ssh/ssh-connection.ts";
import { escapeText } from "../../text/escape-text.ts";
import type { ProcessIo } from "../run/process-io.ts";
import { chooseAskProgram, runAskProgram } from "./ask-program.ts";
import { type Answer, type Edit, LineEditor } from "./line-editor.ts";
import { openTerminal, type Terminal } from "./open-terminal.ts";

export interface AskUserOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Called for Ctrl-C, which raw mode keeps from becoming a signal. */
  readonly interrupt: () => void;
  /** Default: the real one. */
  readonly openTerminal?: () => Terminal | undefined;
  /** Called for Ctrl-Z, which raw mode keeps from becoming a signal; returns when the program goes on. Default: it stops as others do. */
  readonly suspend?: () => void;
}

/** One question at a time; undefined when there is nobody to ask or the user gives no answer. */
export function makeAskUser(options: AskUserOptions): AskUser {
  let previous: Promise<unknown> = Promise.resolve();
  return (question, signal) => {
    const answer = previous.then(() => ask(question, signal, options));
    previous = answer.catch(() => undefined);
    return answer;
  };
}

/** Who answers what SSH asks, and reads its own lines: those go to standard error. */
export function sshPrompts(
  { env, printError }: Pick<ProcessIo, "env" | "printError">,
  interrupt: () => void,
): Required<Pick<SshHostOptions, "askUser" | "tellUser">> {
  return { askUser: makeAskUser({ env, interrupt }), tellUser: (line) => printError(`${escapeText(line)}\n`) };
}

async function ask(question: Question, signal: AbortSignal, options: AskUserOptions): Promise<string | undefined> {
  signal.throwIfAborted();
  // The server writes some of these texts. Line breaks belong to them, control sequences do not.
  const text = question.text.split(/\r?\n/).map(escapeText).join("\n");
  const { program, first } = chooseAskProgram(options.env);
  if (program !== undefined && first) return runAskProgram(program, text, signal);
  for (;;) {
    signal.throwIfAborted();
    const terminal = (options.openTerminal ?? openTerminal)();
    if (terminal === undefined) return program === undefined ? undefined : runAskProgram(program, text, signal);
    const answer = await askOnTerminal(terminal, text, question.echo, signal);
    if (answer.kind === "line") return answer.text;
    if (answer.kind === "end") return undefined;
    if (answer.kind === "interrupt") {
      options.interrupt();
      signal.throwIfAborted();
      return undefined;
    }
    // As with ssh the shell gets the terminal back as it was, and the question is asked again afterwards.
    (options.suspend ?? stopWithGroup)();
  }
}

/** What the terminal would have sent to this program and to those that it was started with. Nothing where no shell could let it go on. */
function stopWithGroup(): void {
  if (process.platform !== "win32") process.kill(0, "SIGTSTP");
}

const gone: Edit = { show: "", answer: { kind: "end" } };

function askOnTerminal(terminal: Terminal, text: string, echo: boolean, signal: AbortSignal): Promise<Answer> {
  return abortablePromise(signal, (resolve) => {
    const editor = new LineEditor(echo);
    terminal.write(text);
    terminal.onKeys((typed) => {
      const edit = typed === undefined ? gone : editor.feed(typed);
      terminal.write(edit.show);
      if (edit.answer !== undefined) resolve(edit.answer);
    });
    return () => {
      if (signal.aborted) terminal.write("\n");
      terminal[Symbol.dispose]();
    };
  });
}

interface PasswordQuestion {
  readonly text: string;
  /** What to do where nobody can be asked; follows "Run it on a terminal; ". */
  readonly otherwise: string;
}

/** Throws `CONFIG_INVALID` when nobody can be asked or nothing is typed. */
export async function askPassword(
  { text, otherwise }: PasswordQuestion,
  ask: AskUser,
  signal: AbortSignal,
): Promise<string> {
  const answer = await ask({ kind: "password", text, echo: false }, signal);
  if (answer !== undefined && answer !== "") return answer;
  if (answer === "") throw new SallyportError("CONFIG_INVALID", "the password is empty");
  throw new SallyportError("CONFIG_INVALID", "there is no terminal to ask for a password", {
    hint: `Run it on a terminal; ${otherwise}.`,
  });
}
