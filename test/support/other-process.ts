// A TCP client in a separate process, under another user if wanted: one that can be killed, and one that is somebody else.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

/** The user id of nobody on every Linux. */
export const nobody = 65_534;

export interface OtherProcess extends AsyncDisposable {
  readonly pid: number;
  /** The next line that its code prints; undefined at its end. */
  line(): Promise<string | undefined>;
  /** SIGKILL: the system closes its sockets, in the order of their numbers. */
  kill(): void;
}

/** Runs `code` (CommonJS, `net` is there, `say` prints a line, `args` are the arguments). */
export function startOther(code: string, args: readonly string[], uid?: number): OtherProcess {
  const prelude = `const net = require("node:net"); const args = process.argv.slice(1);
    const say = (line) => process.stdout.write(line + "\\n"); process.on("uncaughtException", (e) => say("error " + (e.code ?? e.message)));\n`;
  const child = spawn(process.execPath, ["-e", prelude + code, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
    cwd: "/",
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  const lines = readLines(child);
  return {
    pid: child.pid ?? -1,
    line: async () => (await lines.next()).value,
    kill: () => child.kill("SIGKILL"),
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
      child.stdout?.destroy();
    },
  };
}

async function* readLines(child: ChildProcess): AsyncGenerator<string, undefined> {
  let text = "";
  try {
    for await (const chunk of child.stdout ?? []) {
      text += String(chunk);
      for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n")) {
        yield text.slice(0, end);
        text = text.slice(end + 1);
      }
    }
  } catch {
    // Its output was closed from here.
  }
  return undefined;
}
