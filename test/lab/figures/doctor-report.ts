// A report with a finding, for the tests of its page.
import type { DoctorReport } from "../../../src/doctor/report.ts";

const direct = { way: "direct", by: "client", clear: true } as const;
const ssh = { way: "ssh", clear: false } as const;

/** `said`: by the server, wherever a report repeats it. */
export const doctorReport = (said: string): DoctorReport => ({
  version: 1,
  server: "ftp-host:21",
  via: "user@ssh-host",
  health: "warnings",
  complete: true,
  working: { direct: [], ssh: ["PORT"] },
  use: "sallyport -L 2121:ftp-host:21 user@ssh-host",
  ways: [
    { way: "direct", loggedIn: true, greeting: said, modes: [{ mode: "PASV", works: false }] },
    { way: "ssh", loggedIn: true, greeting: said, modes: [{ mode: "PORT", works: true }] },
  ],
  connections: [
    { ...direct, carries: "control", to: "ftp-host:21", fate: "made" },
    { ...direct, carries: "PASV", to: "203.0.113.3:50000", fate: "dropped" },
    { ...ssh, carries: "control", by: "client", to: "localhost:21", fate: "made" },
    { ...ssh, carries: "PORT", by: "server", to: "127.0.0.1:40000", fate: "made" },
  ],
  findings: [
    {
      id: "D12",
      scenario: "S12",
      way: "direct",
      severity: "failure",
      title: "the server names its private address",
      why: "It is behind a NAT. It does not know its outer address.",
      evidence: ["PASV: 227 Entering Passive Mode (10,0,0,3,195,80).", said],
      remedies: [{ at: "vsftpd", do: "pasv_address=OUTER-ADDRESS" }],
      instead: "sallyport -L 2121:ftp-host:21 user@ssh-host",
    },
  ],
  observations: [said],
  notLookedAt: ["EPSV, directly"],
});
