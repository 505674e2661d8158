// ABOR, QUIT and a client that dies, in a transfer through the tunnel, with servers that read while it runs. The whole campaign:
// docs/internals/abort-campaign.md.
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTunnel, type Tunnel } from "../../src/index.ts";
import { type Subject, startSubject } from "../campaigns/beliefs.ts";
import { type Disturbance, runTrial } from "../campaigns/trials.ts";
import { describePeers } from "../support/missing.ts";
import { patienceMs } from "../support/patience.ts";
import { watchResources } from "../support/resources.ts";
import { type Sshd, startSshd } from "../support/sshd.ts";

watchResources();

const inTurn: readonly (readonly ["pyftpdlib" | "pure-ftpd", "STOR" | "RETR", Disturbance, RegExp])[] = [
  ["pyftpdlib", "STOR", "ABOR, closes", /^broken part replies 426,22[56] next in step$/],
  ["pyftpdlib", "STOR", "dies", /^broken part$/],
  ["pyftpdlib", "STOR", "QUIT", /^whole all replies 226,221$/],
  ["pyftpdlib", "STOR", "USER", /^whole all replies 226,331 next in step$/],
  ["pyftpdlib", "RETR", "dies", /^broken $/],
  ["pure-ftpd", "RETR", "ABOR, closes", /^broken {2}replies 426,226 next in step$/],
  ["pure-ftpd", "RETR", "ABOR, waits", /^broken {2}replies 426,226 next in step$/],
  ["pure-ftpd", "RETR", "USER", /^whole {2}got all replies 226,5[03]0 next in step$/],
];

describePeers(["sshd", "pyftpdlib", "pure-ftpd"], "a transfer that is disturbed", () => {
  let sshd: Sshd;
  let subjects: Readonly<Record<"pyftpdlib" | "pure-ftpd", Subject>>;
  beforeAll(async () => {
    const [ssh, pyftpdlib, pure] = await Promise.all([
      startSshd(),
      startSubject("pyftpdlib"),
      startSubject("pure-ftpd"),
    ]);
    sshd = ssh;
    subjects = { pyftpdlib, "pure-ftpd": pure };
  });
  afterAll(() => Promise.all([sshd.stop(), subjects.pyftpdlib.stop(), subjects["pure-ftpd"].stop()]));

  test.each(["openssh", "embedded"] as const)(
    "is at the server what it would be without the tunnel (%s)",
    async (transport) => {
      const names = ["pyftpdlib", "pure-ftpd"] as const;
      const tunnel: Tunnel = await openTunnel({
        ssh: { host: sshd.hostAlias, configFile: sshd.configFile },
        transport,
        forwards: names.map((name) => ({ port: 0, host: subjects[name].host, hostPort: subjects[name].port })),
      });
      try {
        for (const [index, [name, direction, disturbance, outcome]] of inTurn.entries()) {
          const at = tunnel.forwards[names.indexOf(name)];
          if (at === undefined) throw new Error("no forward");
          const file = `${transport}-${index}`;
          const came = await runTrial({
            subject: subjects[name],
            at,
            direction,
            disturbance,
            file,
            bytes: 8_000_000,
            patienceMs,
          });
          expect(came, `${name} ${direction} ${disturbance}`).toMatch(outcome);
        }
      } finally {
        await tunnel.close();
      }
    },
  );
});
