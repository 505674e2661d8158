// Which real FTP server realises a plan, and by which settings.
import type { FtpServerPlan } from "../../stage.ts";

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

/** Beside those that every server of its kind has. Both compare addresses unless told otherwise. */
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
    // One more file, which tcp_wrappers choose by the client's address: see vsftpd.ts.
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
