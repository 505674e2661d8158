// The settings for one host: from ssh itself where it is installed, else from its files.
import { homedir, userInfo } from "node:os";
import { join } from "node:path";
import { SallyportError } from "../../../protocol/error.ts";
import type { SshOptions } from "../../ssh-connection.ts";
import { askSsh } from "./ask-ssh.ts";
import { ConfigReader } from "./config-file.ts";
import { type ConfigSource, first, type RawConfig } from "./raw-config.ts";
import { sshArguments } from "./ssh-arguments.ts";

/** Throws `SSH_CONFIG`. `tell` gets what was passed over. */
export async function readConfig(
  options: SshOptions,
  signal: AbortSignal,
  tell: (line: string) => void,
): Promise<ConfigSource> {
  return (await askSsh(options, signal)) ?? readOwn(options, tell);
}

/** Exported for the test that compares it with `ssh -G`. */
export function readOwn(options: SshOptions, tell: (line: string) => void): ConfigSource {
  sshArguments(options); // refuses a host that looks like an option
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
  for (const note of reader.notes) tell(`Warning: ${note}`);
  const hostname = reader.hostName;
  const defaults = builtIn(localUser, options.host);
  const config: RawConfig = new Map([...defaults, ...reader.config, ["hostname", [hostname]]]);
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
function builtIn(user: string, host: string): RawConfig {
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
