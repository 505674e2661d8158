// The proof of the main job: two hosts, and between them a packet filter that lets nothing through but TCP to sshd's port.
// `ssh -L` fails every transfer there; Sallyport does them all, for every client in every mode, and not one other packet
// is even tried.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ftpClients } from "../support/clients.ts";
import { type FtpServer, startVsftpd } from "../support/ftp-servers.ts";
import { describePeers } from "../support/missing.ts";
import { type HostPair, makeHostPair } from "../support/netns.ts";
import { type Program, startProgram } from "../support/program.ts";
import { watchResources } from "../support/resources.ts";
import { startSallyport } from "../support/sallyport.ts";
import { type Sshd, startSshd } from "../support/sshd.ts";
import { expectWholeSession } from "./session.ts";

watchResources();

describePeers(["sshd", "vsftpd", "curl", "lftp", "tnftp", "inetutils-ftp", "nft", "netns"], "only sshd's port", () => {
  let hosts: HostPair;
  let sshd: Sshd;
  let server: FtpServer;

  beforeAll(async () => {
    hosts = makeHostPair();
    const netns = hosts.server.name;
    sshd = await startSshd({ netns, address: hosts.server.address });
    server = await startVsftpd({ netns, address: "0.0.0.0", port: 21 });
    server.place("file", "content");
    hosts.admitOnly(sshd.port);
  });
  afterAll(async () => {
    await Promise.all([sshd, server].map((one) => one.stop()));
    hosts.remove();
  });

  const place = () => ({
    server,
    target: { host: "127.0.0.1", port: 2001, user: server.user, password: server.password },
  });

  describe.each(["127.0.0.1", "10.77.1.2"])("ssh -L to %s", (target) => {
    let ssh: Program | undefined;
    beforeAll(async () => {
      const args = ["-F", sshd.configFile, "-v", "-N", "-L", `2001:${target}:21`, sshd.hostAlias];
      ssh = startProgram("ssh", args, { netns: hosts.client.name });
      await ssh.waitForLog(/Entering interactive session/); // the forward listens by then
    });
    afterAll(() => ssh?.stop());

    for (const client of ftpClients) {
      test.each(client.modes)(`${client.name} in mode %s logs in and then transfers nothing`, async (mode) => {
        const todo = [{ do: "get", remote: "file", local: "file" }] as const;
        const result = await client.run(place().target, mode, todo, {
          netns: hosts.client.name,
          // What would be a data connection is on its way.
          enough: /\b(?:227|229) |\b(?:200|500) (?:PORT|EPRT|Illegal)/,
          quietMs: 500,
        });
        expect(result.stdout + result.stderr).toMatch(/\b230 Login successful/);
        expect(result.replies.filter((line) => line.startsWith("226"))).toEqual([]);
      });
    }
  });

  describe.each(["openssh", "embedded"])("sallyport --ssh %s", (transport) => {
    describe.each(["passive", "active"])("--back %s", (back) => {
      let sallyport: Program | undefined;
      beforeAll(async () => {
        const options = ["--ssh", transport, "--back", back, "-F", sshd.configFile, "-L", "2001:127.0.0.1:21"];
        sallyport = await startSallyport([...options, sshd.hostAlias], { netns: hosts.client.name });
      });
      afterAll(() => sallyport?.stop());

      for (const client of ftpClients) {
        test.each(client.modes)(`${client.name} in mode %s does everything, inside SSH`, async (mode) => {
          const before = hosts.packets();
          await expectWholeSession(client, mode, place(), { netns: hosts.client.name });
          const after = hosts.packets();
          expect(after.others - before.others).toBe(0);
          expect(after.admitted).toBeGreaterThan(before.admitted);
        });
      }
    });
  });
});
