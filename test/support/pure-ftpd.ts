// A test Pure-FTPd with one virtual user. It reads and answers some commands while a transfer runs.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import type { FtpServerOptions, Preparation } from "./ftp-server-options.ts";
import { cryptHash } from "./system-user.ts";
import type { TempDir } from "./tempdir.ts";
import { findServer, virtualUser } from "./unpacked-server.ts";

const findPrograms = () => findServer("pure-ftpd", { server: "/usr/sbin/pure-ftpd", users: "/usr/bin/pure-pw" });

/** It wants to be root: it becomes the user that logs in. */
export function findPureFtpd(): boolean {
  return userInfo().uid === 0 && findPrograms() !== undefined;
}

export async function preparePureFtpd(
  dir: TempDir,
  root: string,
  address: string,
  port: number,
  options: FtpServerOptions,
): Promise<Preparation> {
  const programs = findPrograms();
  if (programs === undefined) throw new Error("no pure-ftpd; run .ci/unpacked-servers");
  const { user, password } = virtualUser;
  const passwords = dir.file("passwords");
  const database = dir.file("database");
  writeFileSync(passwords, `${user}:${await cryptHash(password)}:65534:65534::${root}/./::::::::::::\n`);
  const made = spawnSync(programs.users, ["mkdb", database, "-f", passwords]);
  if (made.status !== 0) throw new Error(`pure-pw: ${made.stderr}`);
  const logFile = dir.file("transfers.log");
  const { passivePorts: ports } = options;
  return {
    command: [
      programs.server,
      ...["--bind", `${address},${port}`, "--login", `puredb:${database}`, "--pidfile", dir.file("pid")],
      ...["--chrooteveryone", "--noanonymous", "--dontresolve", "--minuid", "1", "--umask", "000:000"],
      ...["--maxclientsnumber", "1000", "--altlog", `clf:${logFile}`],
      ...(ports === undefined ? [] : ["--passiveportrange", `${ports.first}:${ports.last}`]),
      ...(options.lines ?? []),
    ],
    user,
    password,
    dataPort: undefined,
    logFile,
    release: async () => {},
  };
}
