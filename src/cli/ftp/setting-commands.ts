// Commands of the prompt that set something, show it, or send something to the server as it is.
import { ownEntry } from "../../protocol/own-entry.ts";
import { usageError } from "../command-line/usage-error.ts";
import { escapeText } from "../report/escape-text.ts";
import type { PromptCommand, Settings, Shell } from "./shell.ts";
import type { Word } from "./split-line.ts";

type Switch = "verbose" | "debug" | "hash" | "confirm" | "glob" | "preserve" | "sendPort" | "epsv4";

/** `name`, `name on`, `name off`. */
function toggle(
  name: string,
  setting: Switch,
  what: string,
  changed: (shell: Shell) => void = () => {},
): PromptCommand {
  return {
    name,
    usage: "[on|off]",
    help: `${what}: turn it on or off`,
    args: [0, 1],
    run: (shell, [word]) => {
      const { settings } = shell;
      settings[setting] = word === undefined ? !settings[setting] : isOn(word.text);
      changed(shell);
      shell.print(`${what}: ${settings[setting] ? "on" : "off"}`);
    },
  };
}

function isOn(text: string): boolean {
  if (text === "on" || text === "off") return text === "on";
  throw usageError(`"${escapeText(text)}" is neither on nor off`, "Write on or off, or nothing to change it.");
}

function setType(type: Settings["type"]): PromptCommand["run"] {
  return (shell) => {
    shell.settings.type = type;
    shell.print(`Type: ${type}`);
  };
}

const types: Readonly<Record<string, Settings["type"]>> = {
  ascii: "ascii",
  a: "ascii",
  binary: "binary",
  i: "binary",
  image: "binary",
};

export const settingCommands: readonly PromptCommand[] = [
  {
    name: "type",
    usage: "[ascii|binary]",
    help: "show or set the type of transfers",
    args: [0, 1],
    run: (shell, [word]) => {
      const name = word?.text.toLowerCase() ?? shell.settings.type;
      const type = ownEntry(types, name);
      if (type === undefined) throw usageError(`there is no type "${escapeText(name)}"`, "Types are ascii and binary.");
      shell.settings.type = type;
      shell.print(`Type: ${type}`);
    },
  },
  { name: "ascii", usage: "", help: "transfer text: line ends are converted", args: [0, 0], run: setType("ascii") },
  {
    name: "binary",
    aliases: ["image"],
    usage: "",
    help: "transfer bytes as they are",
    args: [0, 0],
    run: setType("binary"),
  },
  {
    name: "passive",
    usage: "[on|off|auto]",
    help: "who opens data connections: we (on), the server (off), what works (auto)",
    args: [0, 1],
    run: (shell, [word]) => {
      const { settings } = shell;
      const requested = word?.text ?? (settings.mode === "active" || settings.mode === "default-port" ? "on" : "off");
      settings.mode =
        requested === "auto" ? "auto" : isOn(requested) ? "passive" : settings.sendPort ? "active" : "default-port";
      applyMode(shell);
      shell.print(`Mode: ${settings.mode}`);
    },
  },
  toggle("sendport", "sendPort", "PORT before each transfer in active mode", (shell) => {
    const { settings } = shell;
    if (settings.mode === "active" || settings.mode === "default-port") {
      settings.mode = settings.sendPort ? "active" : "default-port";
      applyMode(shell);
    }
  }),
  toggle("epsv4", "epsv4", "EPSV and EPRT over IPv4", (shell) => {
    if (shell.connected) shell.client().setEpsv4(shell.settings.epsv4);
  }),
  toggle("verbose", "verbose", "Replies of the server"),
  toggle("debug", "debug", "Commands to the server"),
  toggle("hash", "hash", "A # for each 64 KiB"),
  toggle("prompt", "confirm", "Questions of mget, mput and mdelete"),
  toggle("glob", "glob", "Patterns in names"),
  toggle("preserve", "preserve", "Times of files, which a copy keeps"),
  {
    name: "status",
    usage: "",
    help: "show the session and all settings",
    args: [0, 0],
    redirects: "lines",
    run: status,
  },
  {
    name: "quote",
    usage: "COMMAND [ARGUMENT]",
    help: "send a command as it is",
    args: [1, 1000],
    run: (shell, words) => sendAndShow(shell, textOf(words)),
  },
  {
    name: "site",
    usage: "COMMAND [ARGUMENT]",
    help: "send a SITE command",
    args: [1, 1000],
    run: (shell, words) => sendAndShow(shell, `SITE ${textOf(words)}`),
  },
  {
    name: "system",
    usage: "",
    help: "ask what system the server runs on",
    args: [0, 0],
    redirects: "lines",
    run: (shell) => sendAndShow(shell, "SYST"),
  },
  {
    name: "features",
    usage: "",
    help: "show what the server says that it can",
    args: [0, 0],
    redirects: "lines",
    run: (shell) => {
      for (const [name, parameters] of shell.client().features) shell.print(escapeText(`${name} ${parameters}`.trim()));
    },
  },
];

const textOf = (words: readonly Word[]): string => words.map(({ text }) => text).join(" ");

/** The reply is what was wanted, so it is shown in any case. */
async function sendAndShow(shell: Shell, line: string): Promise<void> {
  const reply = await shell.client().quote(line, { signal: shell.signal });
  if (!shell.settings.verbose) for (const text of reply.lines) shell.print(escapeText(text));
}

/** The session, if there is one; the next one begins with it. */
function applyMode(shell: Shell): void {
  if (shell.connected) shell.client().setMode(shell.settings.mode);
}

function status(shell: Shell): void {
  const { settings, target } = shell;
  if (!shell.connected || target === undefined) shell.print("Not connected.");
  else {
    const client = shell.client();
    shell.print(`Connected to ${escapeText(client.host)} port ${client.port}${client.secure ? ", inside TLS" : ""}.`);
    shell.print(`Data connections: ${client.mode}; ${escapeText(client.modeReason)}.`);
  }
  const switches = {
    Replies: settings.verbose,
    Commands: settings.debug,
    "Hash marks": settings.hash,
    Questions: settings.confirm,
    Patterns: settings.glob,
    "Times kept": settings.preserve,
  };
  shell.print(
    `Mode: ${settings.mode}; type: ${settings.type}; PORT: ${settings.sendPort ? "on" : "off"}; EPSV: ${settings.epsv4 ? "on" : "off"}`,
  );
  shell.print(
    Object.entries(switches)
      .map(([name, on]) => `${name}: ${on ? "on" : "off"}`)
      .join("; "),
  );
  shell.print(`Local directory: ${escapeText(settings.localDirectory)}`);
}
