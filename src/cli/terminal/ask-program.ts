// SSH_ASKPASS: a program that asks the user in a window. The rules are those of ssh(1), ENVIRONMENT.
import { onAbort } from "../../platform/abort.ts";
import { nodeChildProcess } from "../../platform/on-demand.ts";
import { limits } from "../../protocol/limits.ts";

export interface AskProgramChoice {
  readonly program: string | undefined;
  /** True: use it even where there is a terminal. */
  readonly first: boolean;
}

/** Which program to ask with, and whether before the terminal. */
export function chooseAskProgram(env: NodeJS.ProcessEnv): AskProgramChoice {
  const program = env["SSH_ASKPASS"] || undefined;
  const hasDisplay = Boolean(env["DISPLAY"] || env["WAYLAND_DISPLAY"]);
  switch (env["SSH_ASKPASS_REQUIRE"]?.toLowerCase()) {
    case "never":
      return { program: undefined, first: false };
    case "force":
      return { program, first: true };
    case "prefer":
      return { program: hasDisplay ? program : undefined, first: hasDisplay };
    default:
      return { program: hasDisplay ? program : undefined, first: false };
  }
}

/** Runs it with the question as its argument; its first line is the answer. Undefined: cancelled, or it cannot be run. */
export function runAskProgram(program: string, question: string, signal: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const child = nodeChildProcess().spawn(program, [question], { stdio: ["ignore", "pipe", "inherit"] });
    const stopListening = onAbort(signal, () => void child.kill());
    let output = Buffer.alloc(0);
    child.stdout.on("data", (bytes: Buffer) => {
      output = Buffer.concat([output, bytes]);
      if (output.length > limits.askAnswerBytesMax) child.kill();
    });
    const done = (answer: string | undefined): void => {
      stopListening();
      if (signal.aborted) reject(signal.reason);
      else resolve(answer);
    };
    child.on("error", () => done(undefined));
    child.on("close", (status) => done(status === 0 ? (output.toString("utf8").split(/\r?\n/)[0] ?? "") : undefined));
  });
}
