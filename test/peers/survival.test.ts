// --survive with real programs: sshd's session process is killed in the middle of a transfer, and the client knows nothing of it.
import { expect, test } from "vitest";
import { startVsftpd } from "../support/ftp-servers.ts";
import { describePeers } from "../support/missing.ts";
import { watchResources } from "../support/resources.ts";
import { startSallyport } from "../support/sallyport.ts";
import { startSshd } from "../support/sshd.ts";
import { TestClient } from "../support/test-client.ts";

watchResources();

/** More than fits into everything between server and client. */
const content = Buffer.from("0123456789abcdef".repeat(3_000_000));

describePeers(["sshd", "vsftpd"], "--survive", () => {
  test("a download whose SSH connection is killed in the middle arrives whole, and the next command is answered", async () => {
    await using sshd = await startSshd();
    await using server = await startVsftpd();
    server.place("big", content);
    const forward = `0:${server.address}:${server.port}`;
    const tunnel = await startSallyport(["-F", sshd.configFile, "--survive", "-L", forward, sshd.hostAlias]);
    await using _ = { [Symbol.asyncDispose]: tunnel.stop };
    const [, port = ""] = await tunnel.waitForLog(/^ftp:\/\/[^:]+:(\d+)/m);
    await tunnel.waitForLog(/--survive keeps the FTP users' passwords in this program's memory/);
    await using client = await TestClient.connect({ port: Number(port) });
    await client.expect(220);
    await client.ask(`USER ${server.user}`, 331);
    await client.ask(`PASS ${server.password}`, 230);
    await client.ask("TYPE I", 200);
    const data = await client.passive();
    client.send("RETR big");
    await client.expect(150);
    const pieces: Buffer[] = [];
    // It reads no further before SSH is gone, so the rest is still at the server.
    for await (const piece of data as AsyncIterable<Buffer>) {
      pieces.push(piece);
      if (pieces.length === 1) await sshd.killConnections();
    }
    await client.expect(226);
    expect(Buffer.concat(pieces).equals(content)).toBe(true);
    await client.ask("NOOP", 200);
    expect(server.log()).toMatch(/REST [1-9]/);
    expect(tunnel.log()).not.toContain(server.password);
  });
});
