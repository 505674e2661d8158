// tnftp 20210827, the BSD client: every mode but, on Linux, not the default data port: `sendport off` binds the local port
// of its control connection, without SO_REUSEADDR there: "Can't bind for data connection: Address already in use".
import { type FrontMode, type FtpClient, type Operation, withDialogue } from "./ftp-client.ts";
import { type ClientResult, type RunOptions, runClient } from "./run-client.ts";

const modeCommands: Readonly<Record<FrontMode, readonly string[]>> = {
  epsv: ["passive on", "epsv4 on"],
  pasv: ["passive on", "epsv4 off"],
  eprt: ["passive off", "epsv4 on", "sendport on"],
  port: ["passive off", "epsv4 off", "sendport on"],
};

/** Commands as one types them, a line each; `quit` is added. It does not log in by itself. */
export function runTnftp(commands: readonly string[], options?: RunOptions): Promise<ClientResult> {
  return runClient("tnftp", ["-n", "-i", "-v"], { input: `${[...commands, "quit"].join("\n")}\n`, ...options });
}

export const tnftp: FtpClient = {
  name: "tnftp",
  modes: ["epsv", "pasv", "eprt", "port"],
  operations: ["list", "get", "get-ascii", "put", "put-ascii", "append", "resume-get", "resume-put", "delete"],
  async run(target, mode, todo, options) {
    const commands = [
      `open ${target.host} ${target.port}`,
      `user ${quoted(target.user)} ${quoted(target.password)}`,
      "debug 1",
      ...modeCommands[mode],
      ...todo.flatMap(operationCommands),
    ];
    return withDialogue(await runTnftp(commands, options), /^---> (.+)/, /^(\d{3}[ -].*)/);
  },
};

function operationCommands(operation: Operation): string[] {
  switch (operation.do) {
    case "list":
      return ["ls"];
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
  if (text.includes('"')) throw new Error("tnftp cannot name a double quote");
  return `"${text}"`;
}
