// Commands of the prompt that open and end sessions, and go by the prompt itself.
import { stat } from "node:fs/promises";
import { userInfo } from "node:os";
import { definedProps } from "../protocol/defined-props.ts";
import { isSallyportError, SallyportError } from "../protocol/error.ts";
import { escapeText } from "../text/escape-text.ts";
import { readPort } from "../text/read-port.ts";
import { usageError } from "../text/usage-error.ts";
import { localPath } from "./local-path.ts";
import { command, type PromptCommand } from "./prompt-command.ts";
import type { Shell, Target } from "./shell.ts";

export const sessionCommands: readonly PromptCommand[] = [
  command("open [USER@]HOST [PORT]", "connect to a server and log in", async (shell, [host = "", port]) => {
    if (shell.connected) throw usageError("there is a session already", "Say close first.");
    await shell.open(parseTarget(host, port));
  }),
  command(
    "user NAME [PASSWORD]",
    "log in as somebody else; in a new session where the server wants one",
    (shell, [user = "", password]) => logInAs(shell, user, password),
  ),
  command("close|disconnect", "end the session, stay at the prompt", async (shell) => {
    shell.client();
    await shell.close();
  }),
  command("quit|bye|exit", "end the session and the program", (shell) => shell.quit()),
];

export const localCommands: readonly PromptCommand[] = [
  {
    ...command(
      "lcd [DIRECTORY]",
      "change the directory here; without a name to the home directory",
      async (shell, [name = "~"]) => {
        const path = localPath(shell.settings, name);
        await assertDirectory(path);
        shell.settings.localDirectory = path;
        shell.print(`Local directory: ${escapeText(path)}`);
      },
    ),
    completes: ["local"],
  },
  command("lpwd", "show the directory here", (shell) => shell.print(escapeText(shell.settings.localDirectory))),
];

async function logInAs(shell: Shell, user: string, password: string | undefined): Promise<void> {
  const { target, signal } = shell;
  if (target === undefined) throw notConnected();
  const { host, port } = target;
  const place = { host, ...definedProps({ port }) };
  const wanted = { ...place, user, ...definedProps({ password }) };
  if (!shell.connected) return await shell.open(wanted);
  const who = await shell.signIn(wanted);
  try {
    return await shell.client().logIn(who, { signal });
  } catch (error) {
    if (!isSallyportError(error) || !error.code.startsWith("FTP_REPLY_")) throw error;
  }
  shell.print("The server takes no other user in this session: a new one.");
  await shell.close();
  const { password: known, ...others } = who;
  await shell.open({ ...place, ...others, ...(typeof known === "string" ? { password: known } : {}) });
}

export function notConnected(): SallyportError {
  return usageError("not connected", "Type open HOST first.");
}

/** `user@host`; the last @ counts, as users may be mail addresses. */
function parseTarget(text: string, port: string | undefined): Target {
  const at = text.lastIndexOf("@");
  return {
    host: text.slice(at + 1).replace(/^\[(.*)\]$/, "$1"),
    ...(at === -1 ? {} : { user: text.slice(0, at) }),
    ...(port === undefined ? {} : { port: readPort(port, "open") }),
  };
}

async function assertDirectory(path: string): Promise<void> {
  try {
    if ((await stat(path)).isDirectory()) return;
  } catch (cause) {
    throw new SallyportError("FS_NOT_FOUND", `there is no directory "${escapeText(path)}" here`, { cause });
  }
  throw new SallyportError("FS_NOT_DIRECTORY", `"${escapeText(path)}" is not a directory`);
}

/** Who we are here: the suggestion when a name is asked for. */
export function localUser(): string {
  try {
    return userInfo().username;
  } catch {
    return "anonymous";
  }
}

/** Asks for what is missing; without anybody to ask it is `anonymous`. */
export async function askUserName(shell: Pick<Shell, "ask">, host: string): Promise<string> {
  const suggestion = localUser();
  const answer = await shell.ask(`Name (${escapeText(host)}:${escapeText(suggestion)}): `, false);
  return answer === undefined ? "anonymous" : answer || suggestion;
}
