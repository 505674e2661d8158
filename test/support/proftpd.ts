// The configuration of a test ProFTPD: one virtual user in an AuthUserFile, so that the system's users are not touched.
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { mergeLines } from "./config-lines.ts";
import type { FtpServerOptions, Preparation } from "./ftp-server-options.ts";
import { cryptHash } from "./system-user.ts";
import type { TempDir } from "./tempdir.ts";
import { findServer, virtualUser } from "./unpacked-server.ts";

/** Where the program and its modules are, or undefined. */
export function findProftpd(): { readonly program: string; readonly modules: string } | undefined {
  return findServer("proftpd", { program: "/usr/sbin/proftpd", modules: "/usr/lib/proftpd" });
}

/** Whether its module for TLS is there: Debian's package proftpd-mod-crypto. */
export function findProftpdTls(): boolean {
  const place = findProftpd();
  return place !== undefined && existsSync(`${place.modules}/mod_tls.so`);
}

const { user, password } = virtualUser;

export async function prepareProftpd(
  dir: TempDir,
  root: string,
  address: string,
  port: number,
  options: FtpServerOptions,
): Promise<Preparation> {
  const place = findProftpd();
  if (place === undefined) throw new Error("no proftpd; run .ci/unpacked-servers");
  const { uid, gid, isRoot } = identity();
  const userFile = dir.file("passwd");
  writeFileSync(userFile, `${user}:${await cryptHash(password)}:${uid}:${gid}::${root}:/bin/sh\n`);
  chmodSync(userFile, 0o600); // ProFTPD refuses one that others can read
  const logFile = dir.file("commands.log");
  const lines = [
    `ModulePath ${place.modules}`,
    ...serverLines(dir, address, port),
    ...loginLines(userFile, isRoot),
    'LogFormat commands "%h %r -> %s %S"',
    `ExtendedLog ${logFile} ALL commands`,
    ...(options.passivePorts === undefined
      ? []
      : [`PassivePorts ${options.passivePorts.first} ${options.passivePorts.last}`]),
  ];
  const config = dir.file("proftpd.conf");
  writeFileSync(config, mergeLines(lines, options.lines ?? [], " "));
  return {
    command: [place.program, "-n", "-c", config],
    user,
    password,
    dataPort: isRoot || port > 1024 ? port - 1 : undefined, // RFC 959 section 3.2: L-1
    logFile,
    release: async () => {},
  };
}

function identity(): { uid: number; gid: number; isRoot: boolean } {
  const { uid, gid } = userInfo();
  return uid === 0 ? { uid: 65_534, gid: 65_534, isRoot: true } : { uid, gid, isRoot: false };
}

function serverLines(dir: TempDir, address: string, port: number): string[] {
  return [
    "ServerType standalone",
    'ServerIdent on "ProFTPD"',
    "DefaultServer on",
    `DefaultAddress ${address}`,
    `Port ${port}`,
    "UseIPv6 on",
    "UseReverseDNS off",
    `PidFile ${dir.file("pid")}`,
    `ScoreboardFile ${dir.file("scoreboard")}`,
    "SystemLog none",
    "WtmpLog off",
    "TransferLog none",
    "ControlsEngine off",
    "DelayEngine off",
    "MaxInstances 1000",
  ];
}

function loginLines(userFile: string, isRoot: boolean): string[] {
  return [
    ...(isRoot ? ["User nobody", "Group nogroup", "DefaultRoot ~"] : ownIdentityLines()),
    `AuthUserFile ${userFile}`,
    "AuthOrder mod_auth_file.c",
    "RequireValidShell off",
    "Umask 000",
    "AllowOverwrite on",
    "AllowStoreRestart on",
    "AllowRetrieveRestart on",
  ];
}

/** It refuses to start as an ordinary user unless both are that user's own. */
function ownIdentityLines(): string[] {
  const group = execFileSync("id", ["-gn"], { encoding: "utf8" }).trim();
  return [`User ${userInfo().username}`, `Group ${group}`];
}
