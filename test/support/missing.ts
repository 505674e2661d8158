// Tests against real programs: skipped by name with the reason where a program is missing, a failure where CI=true.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { describe, test } from "vitest";
import { findProftpd, findProftpdTls } from "./proftpd.ts";
import { findPureFtpd } from "./pure-ftpd.ts";
import { findPyftpdlib } from "./pyftpdlib.ts";

export type Need =
  | "sshd"
  | "ssh"
  | "vsftpd"
  | "proftpd"
  | "proftpd-tls"
  | "pyftpdlib"
  | "pure-ftpd"
  | "curl"
  | "lftp"
  | "tnftp"
  | "inetutils-ftp"
  | "rclone"
  | "perl"
  | "paramiko"
  | "dbclient"
  | "expect"
  | "script"
  | "tcpdump"
  | "nft"
  | "chromium"
  | "root"
  | "netns";

const onPath = (program: string): boolean =>
  (process.env["PATH"] ?? "").split(":").some((folder) => folder !== "" && existsSync(`${folder}/${program}`)) ||
  existsSync(`/usr/sbin/${program}`);

/** Debian's package. */
export const chromiumPath = "/usr/bin/chromium";

const isRoot = (): boolean => process.getuid?.() === 0;

const checks: Readonly<Record<Need, () => boolean>> = {
  sshd: () => onPath("sshd") && onPath("ssh") && onPath("ssh-keygen"),
  ssh: () => onPath("ssh"),
  vsftpd: () => onPath("vsftpd"),
  proftpd: () => findProftpd() !== undefined,
  "proftpd-tls": findProftpdTls,
  pyftpdlib: findPyftpdlib,
  "pure-ftpd": findPureFtpd,
  curl: () => onPath("curl"),
  lftp: () => onPath("lftp"),
  tnftp: () => onPath("tnftp"),
  "inetutils-ftp": () => onPath("inetutils-ftp"),
  rclone: () => onPath("rclone"),
  perl: () => existsSync("/usr/bin/perl"),
  paramiko: () => spawnSync("/usr/bin/python3", ["-c", "import paramiko"]).status === 0,
  dbclient: () => onPath("dbclient") && onPath("dropbearkey"),
  expect: () => onPath("expect"),
  script: () => onPath("script"),
  tcpdump: () => onPath("tcpdump"),
  nft: () => onPath("nft"),
  chromium: () => existsSync(chromiumPath),
  root: isRoot,
  netns: () => isRoot() && onPath("ip") && onPath("nsenter") && spawnSync("unshare", ["--net", "true"]).status === 0,
};

/** What of `needed` this machine does not have. */
export function missing(needed: readonly Need[]): Need[] {
  return needed.filter((need) => !checks[need]());
}

/** `describe`, given that everything needed is there. */
export function describePeers(needed: readonly Need[], name: string, body: () => void): void {
  const absent = missing(needed);
  if (absent.length === 0) {
    describe(name, body);
  } else if (process.env["CI"] === "true") {
    test(`${name}: everything needed is there`, () => {
      throw new Error(`missing: ${absent.join(", ")}; .ci/run installs what these tests need`);
    });
  } else {
    describe.skip(`${name} (skipped: no ${absent.join(", no ")})`, body);
  }
}
