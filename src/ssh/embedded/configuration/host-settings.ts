// A host's settings with types, units and names expanded.
import { homedir, hostname, userInfo } from "node:os";
import { limits } from "../../../protocol/limits.ts";
import type { SshOptions } from "../../ssh-connection.ts";
import type { SshSettings } from "../../ssh-settings.ts";
import {
  type ConfigSource,
  configured,
  first,
  flag,
  invalid,
  oneOf,
  seconds,
  setting,
  whole,
} from "./config-values.ts";
import { expandCommand, expandFile, type TokenValues } from "./tokens.ts";

export interface HostSettings {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly family: 0 | 4 | 6;
  readonly bindAddress: string | undefined;
  /** ConnectTimeout: for the TCP connection and each step until the key exchange is done. */
  readonly connectTimeoutMs: number | undefined;
  readonly tcpKeepAlive: boolean;
  readonly proxyJump: string | undefined;
  /** Ready for the shell. */
  readonly proxyCommand: string | undefined;
  readonly keepalive: { readonly intervalMs: number; readonly countMax: number };
  readonly hostKeys: HostKeySettings;
  readonly authentication: AuthenticationSettings;
}

export interface HostKeySettings {
  readonly alias: string | undefined;
  readonly userFiles: readonly string[];
  readonly globalFiles: readonly string[];
  readonly strict: "yes" | "ask" | "accept-new" | "no";
  readonly hashNames: boolean;
  readonly rsaBitsMin: number;
}

export interface AuthenticationSettings {
  readonly batch: boolean;
  /** PreferredAuthentications, those that are switched off left out. */
  readonly methods: readonly AuthenticationMethod[];
  readonly promptsMax: number;
  readonly identityFiles: readonly string[];
  /** Keys that are in no file: OpenSSH private keys, not encrypted. */
  readonly privateKeys?: readonly string[];
  readonly identitiesOnly: boolean;
  /** Path of the agent's socket. */
  readonly agent: string | undefined;
}

export type AuthenticationMethod = "publickey" | "keyboard-interactive" | "password";

const methodSwitches: Readonly<Record<AuthenticationMethod, string>> = {
  publickey: "pubkeyauthentication",
  "keyboard-interactive": "kbdinteractiveauthentication",
  password: "passwordauthentication",
};

/** StrictHostKeyChecking, as written and as `ssh -G` says it. */
const strictness: Readonly<Record<string, HostKeySettings["strict"]>> = {
  yes: "yes",
  true: "yes",
  ask: "ask",
  "accept-new": "accept-new",
  no: "no",
  off: "no",
  false: "no",
};

const families: Readonly<Record<string, 0 | 4 | 6>> = { any: 0, inet: 4, inet6: 6 };

/** Throws `SSH_CONFIG` for values that make no sense. */
export function hostSettings(source: ConfigSource, options: SshOptions): HostSettings {
  const { config } = source;
  const values = tokenValues(config, options);
  const timeout = seconds(config, "connecttimeout");
  const command = setting(config, "proxycommand");
  return {
    host: values.host,
    port: values.port,
    user: values.user,
    family: oneOf(config, "addressfamily", families, 0),
    bindAddress: setting(config, "bindaddress"),
    connectTimeoutMs: timeout === undefined || timeout === 0 ? undefined : timeout * 1000,
    tcpKeepAlive: flag(config, "tcpkeepalive", true),
    proxyJump: setting(config, "proxyjump"),
    proxyCommand: command === undefined ? undefined : expandCommand(command, values),
    keepalive: keepalive(source, options),
    hostKeys: hostKeySettings(config, values),
    authentication: authenticationSettings(config, values),
  };
}

function tokenValues(config: SshSettings, options: SshOptions): TokenValues {
  const port = Number(first(config, "port"));
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw invalid("Port", first(config, "port"));
  const { username, uid } = userInfo();
  return {
    host: setting(config, "hostname") ?? options.host,
    original: options.host,
    alias: setting(config, "hostkeyalias") ?? options.host,
    port,
    user: first(config, "user") ?? username,
    localUser: username,
    localUid: uid,
    home: homedir(),
    localHost: hostname(),
    jump: setting(config, "proxyjump") ?? "",
  };
}

/** ssh's default is no keepalive at all, which `ssh -G` does not notify from a 0 in a file; an -o of 0 turns it off. */
function keepalive(source: ConfigSource, options: SshOptions): HostSettings["keepalive"] {
  const asked = (options.options ?? []).some((option) => /^\s*ServerAliveInterval\b/i.test(option));
  const set = asked || configured(source, "serveraliveinterval") !== undefined;
  const interval = set ? seconds(source.config, "serveraliveinterval") : undefined;
  const count = configured(source, "serveralivecountmax");
  return {
    intervalMs: (interval ?? options.keepaliveSeconds ?? limits.sshKeepaliveMs / 1000) * 1000,
    countMax:
      count === undefined
        ? (options.keepaliveCountMax ?? limits.sshKeepaliveCountMax)
        : whole(count, "ServerAliveCountMax"),
  };
}

function hostKeySettings(config: SshSettings, values: TokenValues): HostKeySettings {
  const files = (keyword: string): string[] =>
    (setting(config, keyword)?.split(/\s+/) ?? []).map((name) => expandFile(name, values, keyword));
  return {
    alias: setting(config, "hostkeyalias"),
    userFiles: files("userknownhostsfile"),
    globalFiles: files("globalknownhostsfile"),
    strict: oneOf(config, "stricthostkeychecking", strictness, "ask"),
    hashNames: flag(config, "hashknownhosts", false),
    rsaBitsMin: whole(first(config, "requiredrsasize") ?? "1024", "RequiredRSASize"),
  };
}

function authenticationSettings(config: SshSettings, values: TokenValues): AuthenticationSettings {
  const preferred = setting(config, "preferredauthentications")?.split(",") ?? Object.keys(methodSwitches);
  const methods = preferred.filter(
    (name): name is AuthenticationMethod =>
      name in methodSwitches && flag(config, methodSwitches[name as AuthenticationMethod], true),
  );
  return {
    batch: flag(config, "batchmode", false),
    methods,
    promptsMax: whole(first(config, "numberofpasswordprompts") ?? "3", "NumberOfPasswordPrompts"),
    identityFiles: (config.get("identityfile") ?? [])
      .filter((name) => name.toLowerCase() !== "none")
      .map((name) => expandFile(name, values, "IdentityFile")),
    identitiesOnly: flag(config, "identitiesonly", false),
    agent: agentPath(config, values),
  };
}

/** `none`, `SSH_AUTH_SOCK`, `$VARIABLE` or a path (ssh_config(5), IdentityAgent). */
function agentPath(config: SshSettings, values: TokenValues): string | undefined {
  const usual =
    process.env["SSH_AUTH_SOCK"] || (process.platform === "win32" ? "\\\\.\\pipe\\openssh-ssh-agent" : undefined);
  const value = first(config, "identityagent");
  if (value === undefined || value === "SSH_AUTH_SOCK") return usual;
  if (value.toLowerCase() === "none") return undefined;
  if (/^\$\w+$/.test(value)) return process.env[value.slice(1)] || undefined;
  return expandFile(value, values, "IdentityAgent");
}
