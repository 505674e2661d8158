// ProFTPD on a host, for what vsftpd does not do.
import { writeFileSync } from "node:fs";
import type { FtpServerPlan } from "../../stage.ts";
import type { Enclosure } from "../enclosure/enclosure.ts";
import { filesOf, loginUser } from "./accounts.ts";
import { settingsFor } from "./ftp-server-kinds.ts";
import { proftpdModules, specialProgram } from "./needed.ts";

/** The command that starts it. Throws `CONFIG_INVALID` when it is not installed. */
export function prepareProftpd(enclosure: Enclosure, host: string, plan: FtpServerPlan): readonly string[] {
  const program = specialProgram("proftpd");
  const config = `${host}.proftpd`;
  const lines = [
    `ModulePath ${proftpdModules(program)}`,
    "ServerType standalone",
    'ServerName "FTP server"',
    "DefaultServer on",
    "Port 21",
    "UseIPv6 off",
    "UseReverseDNS off",
    `PidFile ${enclosure.inside(`${host}.pid`)}`,
    `ScoreboardFile ${enclosure.inside(`${host}.scoreboard`)}`,
    "SystemLog none",
    "WtmpLog off",
    "TransferLog none",
    "ControlsEngine off",
    "DelayEngine off",
    `User ${loginUser.name}`,
    "Group nogroup",
    `DefaultRoot ${enclosure.inside(filesOf(host))}`,
    "AuthOrder mod_auth_file.c",
    `AuthUserFile ${enclosure.inside("ftp-passwd")}`,
    "RequireValidShell off",
    "AllowOverwrite on",
    "RootRevoke off", // active data from port 20: RFC 959 section 3.2
    "TimeoutLinger 3",
    ...settingsFor("ProFTPD", plan),
    "",
  ];
  writeFileSync(enclosure.outside(config), lines.join("\n"));
  return [program, "-n", "-c", enclosure.inside(config)];
}
