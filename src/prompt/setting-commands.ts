// Commands of the prompt that set something, show it, or send something to the server as it is.
import { ownEntry } from "../protocol/own-entry.ts";
import { escapeText } from "../text/escape-text.ts";
import { usageError } from "../text/usage-error.ts";
import { command, type PromptCommand, showing } from "./prompt-command.ts";
import type { Settings, Shell } from "./shell.ts";

type Switch = "verbose" | "debug" | "hash" | "confirm" | "glob" | "preserve" | "sendPort" | "epsv4";

/** `name`, `name on`, `name off`. */
function toggle(
  name: string,
  setting: Switch,
  what: string,
  changed: (shell: Shell) => void = () => {},
): PromptCommand {
  return command(`${name} [on|off]`, `${what}: turn it on or off`, (shell, [word]) => {
    const { settings } = shell;
    settings[setting] = word === undefined ? !settings[setting] : isOn(word);
    changed(shell);
    shell.print(`${what}: ${onOff(settings[setting])}`);
  });
}

const onOff = (isOn: boolean): string => (isOn ? "on" : "off");

function isOn(text: string): boolean {
  if (text === "on" || text === "off") return text === "on";
  throw usageError(`"${escapeText(text)}" is neither on nor off`, "Write on or off, or nothing to change it.");
}

function setType(shell: Shell, type: Settings["type"]): void {
  shell.settings.type = type;
  shell.print(`Type: ${type}`);
}

const types: Readonly<Record<string, Settings["type"]>> = {
  ascii: "ascii",
  a: "ascii",
  binary: "binary",
  i: "binary",
  image: "binary",
};

export const settingCommands: readonly PromptCommand[] = [
  command("type [ascii|binary]", "show or set the type of transfers", (shell, [word]) => {
    const name = word?.toLowerCase() ?? shell.settings.type;
    const type = ownEntry(types, name);
    if (type === undefined) throw usageError(`there is no type "${escapeText(name)}"`, "Types are ascii and binary.");
    setType(shell, type);
  }),
  command("ascii", "transfer text: line ends are converted", (shell) => setType(shell, "ascii")),
  command("binary|image", "transfer bytes as they are", (shell) => setType(shell, "binary")),
  command(
    "passive [on|off|auto]",
    "who opens data connections: we (on), the server (off), what works (auto)",
    (shell, [word]) => {
      const { settings } = shell;
      const requested = word ?? (isActive(settings) ? "on" : "off");
      const active = settings.sendPort ? "active" : "default-port";
      applyMode(shell, requested === "auto" ? "auto" : isOn(requested) ? "passive" : active);
      shell.print(`Mode: ${settings.mode}`);
    },
  ),
  toggle("sendport", "sendPort", "PORT before each transfer in active mode", (shell) => {
    const { settings } = shell;
    if (isActive(settings)) applyMode(shell, settings.sendPort ? "active" : "default-port");
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
  showing("status", "show the session and all settings", status),
  command("quote COMMAND [ARGUMENT...]", "send a command as it is", (shell, texts) =>
    sendAndShow(shell, texts.join(" ")),
  ),
  command("site COMMAND [ARGUMENT...]", "send a SITE command", (shell, texts) =>
    sendAndShow(shell, `SITE ${texts.join(" ")}`),
  ),
  showing("system", "ask what system the server runs on", (shell) => sendAndShow(shell, "SYST")),
  showing("features", "show what the server says that it can", (shell) => {
    for (const [name, parameters] of shell.client().features) shell.print(escapeText(`${name} ${parameters}`.trim()));
  }),
];

const isActive = ({ mode }: Settings): boolean => mode === "active" || mode === "default-port";

/** The reply is what was wanted, so it is shown in any case. */
async function sendAndShow(shell: Shell, line: string): Promise<void> {
  const reply = await shell.client().quote(line, { signal: shell.signal });
  if (!shell.settings.verbose) for (const text of reply.lines) shell.print(escapeText(text));
}

/** For the session, if there is one; the next one begins with it. */
function applyMode(shell: Shell, mode: Settings["mode"]): void {
  shell.settings.mode = mode;
  if (shell.connected) shell.client().setMode(mode);
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
  const { mode, type, sendPort, epsv4 } = settings;
  shell.print(`Mode: ${mode}; type: ${type}; PORT: ${onOff(sendPort)}; EPSV: ${onOff(epsv4)}`);
  const shown = Object.entries(switches).map(([name, isOn]) => `${name}: ${onOff(isOn)}`);
  shell.print(shown.join("; "));
  shell.print(`Local directory: ${escapeText(settings.localDirectory)}`);
}
