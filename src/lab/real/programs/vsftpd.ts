// vsftpd on a host. Its user is `me`, whose account exists inside the world only.
import { writeFileSync } from "node:fs";
import type { FtpServerPlan } from "../../stage.ts";
import type { Enclosure } from "../enclosure/enclosure.ts";
import { filesOf } from "./accounts.ts";
import { settingsFor } from "./ftp-server-kinds.ts";

/** Seconds. Long enough for this machine, and short for somebody who looks on: the defaults are 60. */
const patience = { accept: 3, connect: 5, data: 20 } as const;

/** The command that starts it. */
export function prepareVsftpd(enclosure: Enclosure, host: string, plan: FtpServerPlan): readonly string[] {
  const config = `${host}.vsftpd`;
  writeFileSync(
    enclosure.outside(config),
    [...commonLines(enclosure, host), ...settingsFor("vsftpd", plan), ""].join("\n"),
  );
  const server = ["/usr/sbin/vsftpd", enclosure.inside(config)];
  return plan.passiveAddress === undefined ? server : withAddressRule(enclosure, host, plan.passiveAddress, server);
}

function commonLines(enclosure: Enclosure, host: string): string[] {
  return [
    "listen=YES",
    "background=NO",
    "anonymous_enable=NO",
    "local_enable=YES",
    `local_root=${enclosure.inside(filesOf(host))}`,
    "chroot_local_user=YES",
    "allow_writeable_chroot=YES",
    "write_enable=YES",
    "check_shell=NO",
    "pam_service_name=vsftpd",
    "connect_from_port_20=YES",
    "async_abor_enable=YES",
    `accept_timeout=${patience.accept}`,
    `connect_timeout=${patience.connect}`,
    `data_connection_timeout=${patience.data}`,
    "isolate=NO", // the three need system calls that containers may refuse
    "isolate_network=NO",
    "seccomp_sandbox=NO",
    "secure_chroot_dir=/run/lab/empty",
  ];
}

/** The old way to tell clients of one network another address: hosts.allow(5) names a second file for them. */
function withAddressRule(
  enclosure: Enclosure,
  host: string,
  { address, network }: NonNullable<FtpServerPlan["passiveAddress"]>,
  server: readonly string[],
): readonly string[] {
  const [rules, more] = [`${host}.hosts.allow`, `${host}.passive`];
  writeFileSync(enclosure.outside(more), `pasv_address=${address}\n`);
  const clients = network.endsWith("/0") ? "ALL" : network; // no mask of length 0 there
  writeFileSync(enclosure.outside(rules), `vsftpd: ${clients}: setenv VSFTPD_LOAD_CONF ${enclosure.inside(more)}\n`);
  const script = `mount --bind ${enclosure.inside(rules)} /etc/hosts.allow && exec "$@"`;
  return ["unshare", "--mount", "/bin/sh", "-c", script, "sh", ...server];
}
