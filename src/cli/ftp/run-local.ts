// `!command`: this machine's own shell, in the prompt's directory.
import { spawn } from "node:child_process";
import { SallyportError } from "../../protocol/error.ts";

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
