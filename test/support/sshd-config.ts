// The files that a test sshd and the ssh that talks to it need, all in one directory.
import { appendFileSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { clientKey, hostKey } from "./ssh-keys.ts";
import type { SshdOptions } from "./sshd.ts";
import type { TempDir } from "./tempdir.ts";

/** Name of the Host entry in the client's ssh_config. */
export const hostAlias = "sallyport-test";

export interface SshdFiles {
  readonly serverConfig: string;
  readonly clientConfig: string;
  readonly identityFile: string;
  readonly knownHosts: string;
  readonly authorizedKeys: string;
}

export function writeSshdFiles(dir: TempDir, address: string, port: number, options: SshdOptions): SshdFiles {
  const files: SshdFiles = {
    serverConfig: dir.file("sshd_config"),
    clientConfig: dir.file("ssh_config"),
    identityFile: dir.file("id_ed25519"),
    knownHosts: dir.file("known_hosts"),
    authorizedKeys: dir.file("authorized_keys"),
  };
  const secret = { mode: 0o600 };
  writeFileSync(dir.file("host_key"), (options.hostKey ?? hostKey()).privateKey, secret);
  writeFileSync(files.identityFile, clientKey().privateKey, secret);
  writeFileSync(files.authorizedKeys, clientKey().publicKey, secret);
  writeFileSync(files.knownHosts, knownHostsLine(address, port, (options.hostKey ?? hostKey()).publicKey), secret);
  writeFileSync(files.serverConfig, serverConfig(dir, files, address, port, options).join("\n"), secret);
  writeFileSync(files.clientConfig, clientConfig(files, address, port, options).join("\n"), secret);
  return files;
}

/** Another ssh_config, for the same sshd as reached at another address (a relay in front of it). Returns its path. */
export function writeConfigFor(
  dir: TempDir,
  files: SshdFiles,
  address: string,
  port: number,
  options: SshdOptions,
): string {
  appendFileSync(files.knownHosts, knownHostsLine(address, port, (options.hostKey ?? hostKey()).publicKey));
  const path = dir.file(`ssh_config-${port}`);
  writeFileSync(path, clientConfig(files, address, port, options).join("\n"), { mode: 0o600 });
  return path;
}

/** sshd(8), SSH_KNOWN_HOSTS FILE FORMAT: the port is part of the name unless it is 22. */
function knownHostsLine(address: string, port: number, publicKey: string): string {
  const name = port === 22 ? address : `[${address}]:${port}`;
  return `${name} ${publicKey.split(" ").slice(0, 2).join(" ")}\n`;
}

function serverConfig(dir: TempDir, files: SshdFiles, address: string, port: number, options: SshdOptions): string[] {
  return [
    ...(options.lines ?? []), // first: sshd takes the first value of a keyword
    "LogLevel VERBOSE", // DEBUG1 would write into the standard error of commands that run here
    `Port ${port}`,
    `ListenAddress ${address}`,
    `HostKey ${dir.file("host_key")}`,
    `AuthorizedKeysFile ${files.authorizedKeys}`,
    "PidFile none",
    "PermitRootLogin yes",
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    "StrictModes no", // /tmp is writable for all
    `SetEnv HOME=${dir.path}`, // commands do not run through what the user has in .bashrc
    "UsePAM no",
    "MaxStartups 1000",
    "MaxSessions 1000",
    "PrintMotd no",
    "",
  ];
}

function clientConfig(files: SshdFiles, address: string, port: number, options: SshdOptions): string[] {
  return [
    `Host ${hostAlias}`,
    ...(options.clientLines ?? []).map((line) => `  ${line}`),
    `  HostName ${address}`,
    `  Port ${port}`,
    `  User ${userInfo().username}`,
    `  IdentityFile ${files.identityFile}`,
    "  IdentitiesOnly yes",
    "  IdentityAgent none",
    `  UserKnownHostsFile ${files.knownHosts}`,
    "  GlobalKnownHostsFile /dev/null",
    "  StrictHostKeyChecking yes",
    "  UpdateHostKeys no",
    "",
  ];
}
