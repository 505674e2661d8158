// The two heirs of the BSD client, tnftp 20210827 and GNU inetutils ftp 2.4: every mode but, on Linux, not the default data port.
// `sendport off` binds the local port of the control connection, without SO_REUSEADDR there: "bind: Address already in use".
import { type FrontMode, type FtpClient, type Operation, withDialogue } from "./ftp-client.ts";
import { type ClientResult, type RunOptions, runClient } from "./run-client.ts";

/** How one of them is started, and what it is told in other words than the other. */
interface Dialect {
  readonly name: "tnftp" | "inetutils-ftp";
  readonly args: readonly string[];
  readonly first: readonly string[];
  readonly list: string;
  readonly modes: Readonly<Record<FrontMode, readonly string[]>>;
}

const dialects: Readonly<Record<Dialect["name"], Dialect>> = {
  tnftp: {
    name: "tnftp",
    args: ["-n", "-i", "-v"],
    // In TYPE A its progress meter's alarm interrupts a read, each second that nothing comes: "Interrupted system call", an empty file, status 0.
    first: ["debug 1", "progress off"],
    list: "ls",
    modes: {
      epsv: ["passive on", "epsv4 on"],
      pasv: ["passive on", "epsv4 off"],
      eprt: ["passive off", "epsv4 on", "sendport on"],
      port: ["passive off", "epsv4 off", "sendport on"],
    },
  },
  "inetutils-ftp": {
    name: "inetutils-ftp",
    args: ["--no-login", "--no-prompt", "--verbose", "--no-edit"],
    first: ["debug"],
    list: "dir",
    // Both commands only toggle; it starts active and without EPSV and EPRT.
    modes: { epsv: ["passive", "epsv4"], pasv: ["passive"], eprt: ["epsv4"], port: [] },
  },
};

/** Commands as one types them, a line each; `quit` is added. It does not log in by itself. */
export function runBsdFtp(
  name: Dialect["name"],
  commands: readonly string[],
  options?: RunOptions,
): Promise<ClientResult> {
  return runClient(name, dialects[name].args, { input: `${[...commands, "quit"].join("\n")}\n`, ...options });
}

const bsdFtp = ({ name, first, list, modes }: Dialect): FtpClient => ({
  name,
  modes: ["epsv", "pasv", "eprt", "port"],
  operations: ["list", "get", "get-ascii", "put", "put-ascii", "append", "resume-get", "resume-put", "delete"],
  async run(target, mode, todo, options) {
    const commands = [
      `open ${target.host} ${target.port}`,
      `user ${quoted(target.user)} ${quoted(target.password)}`,
      ...first,
      ...modes[mode],
      ...todo.flatMap((operation) => operationCommands(operation, list)),
    ];
    return withDialogue(await runBsdFtp(name, commands, options), /^---> (.+)/, /^(\d{3}[ -].*)/);
  },
});

export const tnftp: FtpClient = bsdFtp(dialects.tnftp);
export const inetutilsFtp: FtpClient = bsdFtp(dialects["inetutils-ftp"]);

function operationCommands(operation: Operation, list: string): string[] {
  switch (operation.do) {
    case "list":
      return [list];
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
  if (text.includes('"')) throw new Error("these clients cannot name a double quote");
  return `"${text}"`;
}
