// An FTP server that is reached by the SSH host's address in the network, with back mode active: sshd must listen there, which
// it does only where GatewayPorts lets it. Two hosts, and between them nothing but sshd's port.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCurl } from "../support/clients.ts";
import { type FtpServer, startVsftpd } from "../support/ftp-servers.ts";
import { describePeers } from "../support/missing.ts";
import { type HostPair, makeHostPair } from "../support/netns.ts";
import { watchResources } from "../support/resources.ts";
import { startSallyport } from "../support/sallyport.ts";
import { type Sshd, startSshd } from "../support/sshd.ts";

watchResources();

describePeers(["sshd", "vsftpd", "curl", "nft", "netns"], "back mode active towards another address", () => {
  const sshPort = 2222;
  let hosts: HostPair;
  let server: FtpServer;
  beforeAll(async () => {
    hosts = makeHostPair();
    server = await startVsftpd({ netns: hosts.server.name, address: hosts.server.address, port: 21 });
    server.place("file", "content");
    hosts.admitOnly(sshPort);
  });
  afterAll(async () => {
    await server.stop();
    hosts.remove();
  });

  const get = async (gatewayPorts: string, transport: string) => {
    const { address, name: netns } = hosts.server;
    const sshd: Sshd = await startSshd({ netns, address, port: sshPort, lines: [`GatewayPorts ${gatewayPorts}`] });
    try {
      const forward = `2001:${address}:21`;
      const args = ["--ssh", transport, "--back", "active", "-F", sshd.configFile, "-L", forward, sshd.hostAlias];
      const sallyport = await startSallyport(args, { netns: hosts.client.name });
      const login = ["-sv", "-u", `${server.user}:${server.password}`];
      const result = await runCurl([...login, "ftp://127.0.0.1:2001/file"], { netns: hosts.client.name });
      await sallyport.stop();
      return { ...result, others: hosts.packets().others };
    } finally {
      await sshd.stop();
    }
  };

  describe.each(["openssh", "embedded"])("%s", (transport) => {
    test.each(["clientspecified", "yes"])(
      "GatewayPorts %s: works, and nothing but SSH crosses",
      async (gatewayPorts) => {
        expect(await get(gatewayPorts, transport)).toMatchObject({ stdout: "content", others: 0 });
      },
    );

    test("GatewayPorts no: 425 that says what is missing", async () => {
      expect((await get("no", transport)).stderr).toMatch(/425 .*GatewayPorts/);
    });
  });
});
