// What `ssh -L` alone does to FTP, scenario by scenario, with two hosts: the login works, and no transfer does.
// The names are those of docs/guides/scenarios.md. Every reply below is what the real server says.
import { afterAll, beforeAll, expect, test } from "vitest";
import { curl, runCurl } from "../support/clients/curl.ts";
import type { FrontMode, SessionResult } from "../support/clients/ftp-client.ts";
import { type FtpServer, ftpServers } from "../support/ftp-servers.ts";
import { describePeers } from "../support/missing.ts";
import { type HostPair, makeHostPair } from "../support/netns.ts";
import { startProgram } from "../support/program.ts";
import { watchResources } from "../support/resources.ts";
import { type Sshd, startSshd } from "../support/sshd.ts";

watchResources();

interface Scenario {
  readonly name: string;
  /** The target of -L as sshd's host sees it: its loopback address or its real one. */
  readonly target: "loopback" | "real";
  /** The address of the forward that the client uses: its loopback address or (with -g) its real one. */
  readonly client: "loopback" | "real";
  readonly modes: readonly FrontMode[];
  /** What curl tells, or the server's reply. */
  readonly outcome: Readonly<Record<"vsftpd" | "proftpd", RegExp>>;
}

const refusedPort = /^< 500 Illegal (PORT|EPRT) command/m;

const scenarios: readonly Scenario[] = [
  {
    name: "S03 loopback-target-active",
    target: "loopback",
    client: "real",
    modes: ["port", "eprt"],
    // ProFTPD at a loopback address ignores a private address in PORT and connects to the control connection's peer: itself.
    outcome: { vsftpd: refusedPort, proftpd: /^< 425 Unable to build data connection: Connection refused/m },
  },
  {
    name: "S04 loopback-target-passive: the client connects to itself",
    target: "loopback",
    client: "loopback",
    modes: ["pasv", "epsv"],
    outcome: { vsftpd: /port \d+ failed: Connection refused/, proftpd: /port \d+ failed: Connection refused/ },
  },
  {
    name: "S05 loopback-client-active",
    target: "real",
    client: "loopback",
    modes: ["port", "eprt"],
    outcome: { vsftpd: refusedPort, proftpd: refusedPort },
  },
  {
    name: "S07 illegal-port",
    target: "real",
    client: "real",
    modes: ["port", "eprt"],
    outcome: { vsftpd: refusedPort, proftpd: refusedPort },
  },
];

for (const kind of ["vsftpd", "proftpd"] as const) {
  describePeers(["sshd", kind, "curl", "netns"], `plain ssh -L to ${kind}`, () => {
    let hosts: HostPair;
    let sshd: Sshd;
    let server: FtpServer;

    beforeAll(async () => {
      hosts = makeHostPair();
      const netns = hosts.server.name;
      sshd = await startSshd({ netns, address: hosts.server.address });
      server = await ftpServers[kind]({ netns, address: "0.0.0.0", port: 21 });
      server.place("file", "content");
    });
    afterAll(async () => {
      await Promise.all([sshd, server].map((one) => one.stop()));
      hosts.remove();
    });

    /** Runs `body` while ssh forwards the client's port 2001, on all its addresses, to port 21 of `target`. */
    async function whileForwarding<T>(target: string, body: (netns: string) => Promise<T>): Promise<T> {
      const netns = hosts.client.name;
      await using forward = startProgram(
        "ssh",
        ["-F", sshd.configFile, "-v", "-N", "-g", "-L", `2001:${target}:21`, sshd.hostAlias],
        { netns },
      );
      await forward.waitForLog(/Entering interactive session/); // the forward listens by then
      return await body(netns);
    }

    function transfer(scenario: Scenario, mode: FrontMode): Promise<SessionResult> {
      const host = scenario.client === "loopback" ? "127.0.0.1" : hosts.client.address;
      const place = { host, port: 2001, user: server.user, password: server.password };
      return whileForwarding(scenario.target === "loopback" ? "127.0.0.1" : hosts.server.address, (netns) =>
        curl.run(place, mode, [{ do: "get", remote: "file", local: "file" }], {
          netns,
          enough: scenario.outcome[kind],
        }),
      );
    }

    for (const scenario of scenarios) {
      test.each(scenario.modes)(`${scenario.name}: login works, a download by %s fails`, async (mode) => {
        const result = await transfer(scenario, mode);
        expect(result.stderr).toMatch(/^< 230 /m);
        expect(result.exit, result.stderr).not.toBe(0);
        expect(result.stderr).toMatch(scenario.outcome[kind]);
      });
    }

    const theft = {
      vsftpd: "the client that obeys the 227 is refused as a thief",
      proftpd: "ProFTPD 1.3.8 does not compare, so the data run beside the tunnel in the clear",
    };
    test(`S08 pasv-port-theft: ${theft[kind]}`, async () => {
      // Unless told otherwise curl ignores the address in a 227, and then fails as in S04.
      const obey = [
        "--verbose",
        "--disable-epsv",
        "--no-ftp-skip-pasv-ip",
        "--user",
        `${server.user}:${server.password}`,
      ];
      const result = await whileForwarding(hosts.server.address, (netns) =>
        runCurl([...obey, "ftp://127.0.0.1:2001/file"], { netns }),
      );
      expect(result.stderr).toContain(`Connecting to ${hosts.server.address}`);
      expect(result.stderr).toMatch(kind === "vsftpd" ? /^< 425 Security: Bad IP connecting/m : /^< 226 /m);
    });
  });
}
