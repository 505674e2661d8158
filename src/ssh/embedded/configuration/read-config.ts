// The settings for one host: from ssh itself where it is installed (`ssh -G`), else from its files.
import { homedir, userInfo } from "node:os";
import { join } from "node:path";
import { SallyportError } from "../../../protocol/error.ts";
import { limits } from "../../../protocol/limits.ts";
import type { SshOptions } from "../../ssh-connection.ts";
import { checkSshOptions, runSshG, type SshSettings, userArguments } from "../../ssh-settings.ts";
import { ConfigReader } from "./config-file.ts";
import { type ConfigSource, first } from "./config-values.ts";

/** `undefined` where there is no ssh, or one that is not OpenSSH 6.8 or later. Throws `SSH_CONFIG` with ssh's words. */
export async function askSsh(options: SshOptions, signal: AbortSignal): Promise<ConfigSource | undefined> {
  const args = [...userArguments(options), "--", options.host];
  const [config, defaults] = await Promise.all([
    ask(args, signal),
    ask(["-F", "none", "--", options.host], signal).catch(() => undefined),
  ]);
  return config === undefined ? undefined : { config, defaults: defaults ?? new Map() };
}

/** `undefined` where ssh cannot say it. */
async function ask(args: readonly string[], signal: AbortSignal): Promise<SshSettings | undefined> {
  const answer = await runSshG("ssh", args, signal, limits.sshHandshakeMs);
  if (answer.settings !== undefined) return answer.settings.has("hostname") ? answer.settings : undefined;
  const { error, stderr } = answer;
  if (error.code === "ENOENT" || /(unknown|illegal|invalid) option.*G/.test(stderr)) return undefined;
  throw refused(stderr, error);
}

function refused(stderr: string, cause: Error): SallyportError {
  // "terminating, 1 bad configuration options" comes last, and names nothing.
  const lines = stderr.split("\n").map((line) => line.trim());
  const words = lines.filter((line) => line !== "" && !/: terminating, \d+ bad/.test(line)).join("; ") || cause.message;
  return new SallyportError("SSH_CONFIG", `ssh does not accept its configuration: ${words}`, {
    cause,
    hint: "Correct the option or the line of the configuration file that ssh names.",
  });
}

/** Throws `SSH_CONFIG`. `notify` gets what was passed over. */
export async function readConfig(
  options: SshOptions,
  signal: AbortSignal,
  notify: (line: string) => void,
): Promise<ConfigSource> {
  checkSshOptions(options); // a host that looks like an option would be one (CVE-2017-1000117)
  return (await askSsh(options, signal)) ?? readOwn(options, notify);
}

/** Exported for the test that compares it with `ssh -G`. */
export function readOwn(options: SshOptions, notify: (line: string) => void): ConfigSource {
  const home = homedir();
  const localUser = userInfo().username;
  const reader = new ConfigReader({ host: options.host, localUser, home });
  for (const option of options.options ?? []) reader.option(option);
  for (const [keyword, value] of commandLine(options)) reader.set(keyword, value);
  reader.files(
    options.configFile === undefined
      ? [userFile(home), systemFile()]
      : options.configFile.toLowerCase() === "none"
        ? []
        : [{ path: options.configFile, directory: join(home, ".ssh"), required: true }],
  );
  for (const note of reader.notes) notify(`Warning: ${note}`);
  const hostname = reader.hostName;
  const defaults = builtIn(localUser, options.host);
  const config: SshSettings = new Map([...defaults, ...reader.config, ["hostname", [hostname]]]);
  const canonical = first(config, "canonicalizehostname") ?? "no";
  if (canonical !== "no" && canonical !== "false" && canonical !== "none") {
    throw new SallyportError("SSH_CONFIG", `CanonicalizeHostname ${canonical} needs OpenSSH on this machine`, {
      hint: "Install OpenSSH, or write the full host name.",
    });
  }
  return { config, defaults };
}

function commandLine(options: SshOptions): [string, string][] {
  const given: [string, string | undefined][] = [
    ["port", options.port?.toString()],
    ["user", options.user],
    ["proxyjump", options.jump],
    ["addressfamily", options.family === undefined ? undefined : options.family === 4 ? "inet" : "inet6"],
    ["compression", options.compression === true ? "yes" : undefined],
    ...(options.identityFiles ?? []).map((file): [string, string] => ["identityfile", file]),
  ];
  return given.filter((pair): pair is [string, string] => pair[1] !== undefined);
}

function userFile(home: string): { path: string; directory: string; required: false } {
  return { path: join(home, ".ssh", "config"), directory: join(home, ".ssh"), required: false };
}

function systemFile(): { path: string; directory: string; required: false } {
  const windows = process.env["ProgramData"];
  const directory = process.platform === "win32" && windows !== undefined ? join(windows, "ssh") : "/etc/ssh";
  return { path: join(directory, "ssh_config"), directory, required: false };
}

/** OpenSSH's defaults, ssh_config(5); algorithms have none here, since ssh2's own list takes their place. */
function builtIn(user: string, host: string): SshSettings {
  const identities = ["rsa", "ecdsa", "ecdsa_sk", "ed25519", "ed25519_sk"].map((type) => `~/.ssh/id_${type}`);
  const global = join(systemFile().directory, "ssh_known_hosts");
  return new Map([
    ["user", [user]],
    ["hostname", [host]],
    ["port", ["22"]],
    ["identityfile", identities],
    ["userknownhostsfile", ["~/.ssh/known_hosts ~/.ssh/known_hosts2"]],
    ["globalknownhostsfile", [`${global} ${global}2`]],
  ]);
}
