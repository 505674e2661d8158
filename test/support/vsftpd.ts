// The configuration of a test vsftpd. As root its users are local ones, checked with PAM, in a chroot; else anonymous.
import { mkdirSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { mergeLines } from "./config-lines.ts";
import type { FtpServerOptions, Preparation } from "./ftp-server-options.ts";
import { makeSystemUser } from "./system-user.ts";
import type { TempDir } from "./tempdir.ts";

export async function prepareVsftpd(
  dir: TempDir,
  root: string,
  address: string,
  port: number,
  options: FtpServerOptions,
): Promise<Preparation> {
  const isRoot = process.getuid?.() === 0;
  const login = options.login ?? (isRoot ? "local" : "anonymous");
  const user = login === "local" ? await makeSystemUser(root) : undefined;
  const logFile = dir.file("vsftpd.log");
  const emptyDir = dir.file("empty");
  mkdirSync(emptyDir, { mode: 0o755 });
  const lines = [
    ...listenLines(address, port),
    ...(login === "local" ? localLines(root) : anonymousLines(root, isRoot)),
    ...commonLines(logFile, emptyDir),
    ...(isRoot ? ["connect_from_port_20=YES"] : ["connect_from_port_20=NO"]),
    ...(options.passivePorts === undefined
      ? []
      : [`pasv_min_port=${options.passivePorts.first}`, `pasv_max_port=${options.passivePorts.last}`]),
  ];
  const config = dir.file("vsftpd.conf");
  writeFileSync(config, mergeLines(lines, options.lines ?? [], "="));
  return {
    command: ["/usr/sbin/vsftpd", config],
    user: user?.name ?? "anonymous",
    password: user?.password ?? "someone@example.org",
    dataPort: isRoot ? 20 : undefined,
    logFile,
    release: async () => user?.remove(),
  };
}

function listenLines(address: string, port: number): string[] {
  const family = address.includes(":")
    ? ["listen=NO", "listen_ipv6=YES", `listen_address6=${address}`]
    : ["listen=YES", "listen_ipv6=NO", `listen_address=${address}`];
  return [...family, `listen_port=${port}`, "background=NO"];
}

function localLines(root: string): string[] {
  return [
    "anonymous_enable=NO",
    "local_enable=YES",
    `local_root=${root}`,
    "chroot_local_user=YES",
    "allow_writeable_chroot=YES",
    "local_umask=000",
    "pam_service_name=vsftpd",
  ];
}

function anonymousLines(root: string, isRoot: boolean): string[] {
  return [
    "anonymous_enable=YES",
    "local_enable=NO",
    `anon_root=${root}`,
    "allow_writeable_chroot=YES",
    "anon_umask=000",
    "anon_world_readable_only=NO",
    "anon_upload_enable=YES",
    "anon_mkdir_write_enable=YES",
    "anon_other_write_enable=YES", // rename, delete, append
    ...(isRoot ? [] : ["run_as_launching_user=YES", `ftp_username=${userInfo().username}`]),
  ];
}

function commonLines(logFile: string, emptyDir: string): string[] {
  return [
    "write_enable=YES",
    "ascii_upload_enable=YES", // off by default: TYPE A is then accepted and ignored
    "ascii_download_enable=YES",
    "async_abor_enable=YES", // off by default: an ABOR during a transfer is then read only after it
    "max_clients=0",
    "max_per_ip=0",
    "isolate=NO", // the three need system calls that containers may refuse
    "isolate_network=NO",
    "seccomp_sandbox=NO",
    `secure_chroot_dir=${emptyDir}`, // Debian's is made by the system's service manager only
    "xferlog_enable=YES",
    "xferlog_std_format=NO",
    "log_ftp_protocol=YES",
    `vsftpd_log_file=${logFile}`,
  ];
}
