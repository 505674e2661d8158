// GNU inetutils ftp 2.4: every mode; the default data port fails on Linux as with tnftp: "bind: Address already in use".
import { type FrontMode, type FtpClient, type Operation, withDialogue } from "./ftp-client.ts";
import { type ClientResult, type RunOptions, runClient } from "./run-client.ts";

/** Both commands only toggle; it starts active and without EPSV and EPRT. */
const modeCommands: Readonly<Record<FrontMode, readonly string[]>> = {
  epsv: ["passive", "epsv4"],
  pasv: ["passive"],
  eprt: ["epsv4"],
  port: [],
};

/** Commands as one types them, a line each; `quit` is added. It does not log in by itself. */
export function runInetutilsFtp(commands: readonly string[], options?: RunOptions): Promise<ClientResult> {
  const input = `${[...commands, "quit"].join("\n")}\n`;
  return runClient("inetutils-ftp", ["--no-login", "--no-prompt", "--verbose", "--no-edit"], { input, ...options });
}

export const inetutilsFtp: FtpClient = {
  name: "inetutils-ftp",
  modes: ["epsv", "pasv", "eprt", "port"],
  operations: ["list", "get", "get-ascii", "put", "put-ascii", "append", "resume-get", "resume-put", "delete"],
  async run(target, mode, todo, options) {
    const commands = [
      `open ${target.host} ${target.port}`,
      `user ${quoted(target.user)} ${quoted(target.password)}`,
      "debug",
      ...modeCommands[mode],
      ...todo.flatMap(operationCommands),
    ];
    return withDialogue(await runInetutilsFtp(commands, options), /^---> (.+)/, /^(\d{3}[ -].*)/);
  },
};

function operationCommands(operation: Operation): string[] {
  switch (operation.do) {
    case "list":
      return ["dir"];
    case "get":
      return ["binary", `get ${quoted(operation.remote)} ${quoted(operation.local)}`];
    case "get-ascii":
      return ["ascii", `get ${quoted(operation.remote)} ${quoted(operation.local)}`];
    case "put":
      return ["binary", `put ${quoted(operation.local)} ${quoted(operation.remote)}`];
    case "put-ascii":
      return ["ascii", `put ${quoted(operation.local)} ${quoted(operation.remote)}`];
    case "append":
      return ["binary", `append ${quoted(operation.local)} ${quoted(operation.remote)}`];
    case "resume-get":
      return ["binary", `reget ${quoted(operation.remote)} ${quoted(operation.local)}`];
    case "resume-put":
      return ["binary", `restart ${operation.from}`, `put ${quoted(operation.local)} ${quoted(operation.remote)}`];
    case "delete":
      return [`delete ${quoted(operation.remote)}`];
  }
}

/** Double quotes hold a word with spaces together; nothing can put a double quote itself into a word. */
function quoted(text: string): string {
  if (text.includes('"')) throw new Error("inetutils ftp cannot name a double quote");
  return `"${text}"`;
}
