// The FTP servers of a real stage: vsftpd and ProFTPD, and how they are started.
import { writeFileSync } from "node:fs";
import { SallyportError } from "../../../protocol/error.ts";
import { type LabFiles, labBytes, labFiles } from "../../files.ts";
import { labCertificate } from "../../servers/lab-certificate.ts";
import type { FtpServerPlan } from "../../stage.ts";
import type { Enclosure } from "../enclosure/enclosure.ts";
import type { Program } from "../enclosure/program.ts";
import { bigBytesCount, filesOf, filesScript, loginUser } from "./accounts.ts";
import { proftpdModules, specialProgram } from "./needed.ts";

const ftpPort = 21;
export const labFileSizes: LabFiles = labFiles(bigBytesCount);

const prepare = { vsftpd: prepareVsftpd, ProFTPD: prepareProftpd } as const;

/** Throws `CONFIG_INVALID` when the program that the plan needs is missing or does not come up. */
export async function startFtpServer(enclosure: Enclosure, host: string, plan: FtpServerPlan): Promise<Program> {
  const pattern = `${host}.pattern`;
  writeFileSync(enclosure.outside(pattern), labBytes(Math.max(...Object.values(labFileSizes))));
  await enclosure.script(filesScript(host, labFileSizes, enclosure.inside(pattern)));
  if (plan.demandsTls === true)
    writeFileSync(enclosure.outside("tls.pem"), labCertificate.key + labCertificate.certificate, { mode: 0o600 });
  const program = enclosure.start(host, prepare[kindFor(plan)](enclosure, host, plan));
  await untilListening(enclosure, host, ftpPort, program);
  return program;
}

// Some servers report nothing when they are ready: then it is read in the host's table of sockets.
/** Seconds; the look is repeated every 10 ms. */
const patienceSeconds = 30;

/** Throws `CONFIG_INVALID` when the program ends first, or takes too long. */
async function untilListening(enclosure: Enclosure, host: string, port: number, program: Program): Promise<void> {
  const look = `ss -tlnH 'sport = :${port}' | grep -q LISTEN`;
  const script = `for n in $(seq ${patienceSeconds * 100}); do ${look} && echo up && exit; sleep 0.01; done`;
  const found = await Promise.race([enclosure.script(script, host), program.ended.then(() => "ended")]);
  if (found.trim() === "up") return;
  const how = found === "ended" ? "it ended" : `it did not listen within ${patienceSeconds} s`;
  throw new SallyportError("CONFIG_INVALID", `the server for port ${port} of ${host}: ${how}\n${program.log.trim()}`);
}

// vsftpd on a host. Its user is `me`, whose account exists inside the world only.
/** Seconds. Long enough for this machine, and short for somebody who looks on: the defaults are 60. */
const patience = { accept: 3, connect: 5, data: 20 } as const;

/** The command that starts it. */
function prepareVsftpd(enclosure: Enclosure, host: string, plan: FtpServerPlan): readonly string[] {
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

/** The old way to send clients of one network another address: hosts.allow(5) names a second file for them. */
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

// ProFTPD on a host, for what vsftpd does not do.
/** The command that starts it. Throws `CONFIG_INVALID` when it is not installed. */
function prepareProftpd(enclosure: Enclosure, host: string, plan: FtpServerPlan): readonly string[] {
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

// Which real FTP server realises a plan, and by which settings.

export type FtpServerKind = "vsftpd" | "ProFTPD";

export interface Setting {
  /** For the table in docs/internals/real-network.md. */
  readonly title: string;
  readonly when: (plan: FtpServerPlan) => boolean;
  readonly lines: (plan: FtpServerPlan) => readonly string[];
}

/** vsftpd answers `425 Use PORT or PASV first.`; ProFTPD connects to the client's default data port, in its own way. */
export function kindFor(plan: FtpServerPlan): FtpServerKind {
  return plan.defaultPorts === true ? "ProFTPD" : "vsftpd";
}

const ports = ({ passivePorts }: FtpServerPlan): readonly [number, number] => [
  passivePorts?.first ?? 0,
  passivePorts?.last ?? 0,
];

/** Beside those that every server of its kind has. Both compare addresses unless set otherwise. */
export const settings: Readonly<Record<FtpServerKind, readonly Setting[]>> = {
  vsftpd: [
    {
      title: "does not compare addresses",
      when: (plan) => plan.comparesAddresses === false,
      lines: () => ["port_promiscuous=YES", "pasv_promiscuous=YES"],
    },
    {
      title: "passive ports",
      when: (plan) => plan.passivePorts !== undefined,
      lines: (plan) => [`pasv_min_port=${ports(plan)[0]}`, `pasv_max_port=${ports(plan)[1]}`],
    },
    {
      title: "demands TLS",
      when: (plan) => plan.demandsTls === true,
      lines: () => [
        "ssl_enable=YES",
        "force_local_logins_ssl=YES",
        "force_local_data_ssl=YES",
        "rsa_cert_file=/run/lab/tls.pem",
      ],
    },
    // One more file, which tcp_wrappers choose by the client's address: see withAddressRule.
    {
      title: "sends a network another address",
      when: (plan) => plan.passiveAddress !== undefined,
      lines: () => ["tcp_wrappers=YES"],
    },
  ],
  ProFTPD: [
    {
      title: "does not compare addresses",
      when: (plan) => plan.comparesAddresses === false,
      lines: () => ["AllowForeignAddress on"],
    },
    {
      title: "passive ports",
      when: (plan) => plan.passivePorts !== undefined,
      lines: (plan) => [`PassivePorts ${ports(plan).join(" ")}`],
    },
  ],
};

export function settingsFor(kind: FtpServerKind, plan: FtpServerPlan): readonly string[] {
  return settings[kind].filter(({ when }) => when(plan)).flatMap(({ lines }) => lines(plan));
}
