// Our client in front of our gateway: S16 between two servers that refuse each other's addresses.
import { afterAll, beforeAll, expect, test } from "vitest";
import { FtpClient, transferBetween } from "../../src/connect/index.ts";
import { openTunnel, type Tunnel } from "../../src/index.ts";
import { type FtpServer, startProftpd, startVsftpd } from "../support/ftp-servers.ts";
import { describePeers } from "../support/missing.ts";
import { watchResources } from "../support/resources.ts";
import { type Sshd, startSshd } from "../support/sshd.ts";
import { manyFiles } from "./many-files.ts";

watchResources();

const content = Buffer.from(Array.from({ length: 3_000_000 }, (_, index) => (index * 5 + (index >> 8)) & 255));

describePeers(["sshd", "vsftpd", "proftpd"], "two sessions of one gateway", () => {
  let sshd: Sshd;
  let servers: FtpServer[];
  let tunnel: Tunnel;
  beforeAll(async () => {
    [sshd, ...servers] = await Promise.all([startSshd(), startVsftpd(), startProftpd()]);
    tunnel = await openTunnel({
      ssh: { host: sshd.hostAlias, configFile: sshd.configFile },
      forwards: servers.map(({ port }) => ({ port: 0, host: "127.0.0.1", hostPort: port })),
    });
  });
  afterAll(async () => {
    await tunnel.close();
    await Promise.all([sshd.stop(), ...servers.map((server) => server.stop())]);
  });

  const connect = (index: number, mode: "passive" | "active" = "passive"): Promise<FtpClient> =>
    FtpClient.connect({
      host: "127.0.0.1",
      port: tunnel.forwards[index]?.port ?? 0,
      user: servers[index]?.user ?? "",
      password: servers[index]?.password ?? "",
      mode,
    });

  test("S16: a file goes from one server to the other and back", async () => {
    const [a, b] = [await connect(0), await connect(1)];
    servers[0]?.place("there", content);
    expect(await transferBetween(a, b, "there", "copy")).toEqual({ bytes: content.length, verified: "size" });
    expect(servers[1]?.content("copy").equals(content)).toBe(true);
    await transferBetween(b, a, "copy", "back");
    expect(servers[0]?.content("back").equals(content)).toBe(true);
    await expect(transferBetween(a, b, "missing", "x")).rejects.toMatchObject({ details: { reply: 550 } });
    expect((await b.list()).entries.map(({ name }) => name)).not.toContain("x");
    await Promise.all([a[Symbol.asyncDispose](), b[Symbol.asyncDispose]()]);
  });

  test("many files that are asked for at once come whole through the tunnel", async () => {
    for (const server of servers) {
      await using client = await connect(servers.indexOf(server));
      await manyFiles(client, server.content);
    }
  });

  test.each(["passive", "active"] as const)("%s: there and back through the tunnel", async (mode) => {
    for (const index of [0, 1]) {
      await using client = await connect(index, mode);
      await client.upload(content, "tunnel");
      const chunks: Buffer[] = [];
      for await (const chunk of client.download("tunnel")) chunks.push(chunk as Buffer);
      expect(Buffer.concat(chunks).equals(content)).toBe(true);
      for await (const _ of client.download("tunnel")) break;
      expect(await client.size("tunnel")).toBe(content.length);
    }
  });
});
