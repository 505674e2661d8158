// An ssh of the user's that is connected already (ControlMaster): the tunnel goes through it as ssh would, and nothing that it does
// there ends what else goes through it.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { openTunnel } from "../../src/tunnel/open-tunnel.ts";
import { startMiniFtpServer } from "../support/mini-ftp-server.ts";
import { describePeers } from "../support/missing.ts";
import { startProgram } from "../support/program.ts";
import { watchResources } from "../support/resources.ts";
import { startSallyport } from "../support/sallyport.ts";
import { type Sshd, startSshd } from "../support/sshd.ts";
import { makeTempDir } from "../support/tempdir.ts";
import { TestClient } from "../support/test-client.ts";
import { until } from "../support/until.ts";

watchResources();

const content = Buffer.from("0123456789abcdef".repeat(20_000));

/** The user's ssh, and the socket at which it shares its connection. */
async function startMaster(sshd: Sshd) {
  const dir = makeTempDir("master");
  const path = dir.file("m");
  const program = startProgram("ssh", ["-F", sshd.configFile, "-M", "-N", "-S", path, sshd.hostAlias]);
  await until("the user's ssh", () => existsSync(path));
  const run = (...args: readonly string[]) =>
    spawnSync("ssh", ["-F", "none", "-S", path, "-o", "ProxyCommand=false", ...args, "x"]).status;
  const stop = async (): Promise<void> => {
    await program.stop();
    dir.remove();
  };
  return {
    path,
    isAlive: () => run("-O", "check") === 0,
    exit: () => void run("-O", "exit"),
    ended: program.ended,
    [Symbol.asyncDispose]: stop,
  };
}

const logins = (sshd: Sshd): number => sshd.log().split("Accepted publickey ").length - 1;

describePeers(["sshd", "ssh"], "an ssh that is connected already", () => {
  test("carries the tunnel without another login, lives on, and when it ends the tunnel connects by itself", async () => {
    await using sshd = await startSshd();
    await using master = await startMaster(sshd);
    await using server = await startMiniFtpServer();
    server.files.set("f", content);
    server.files.set("empty", Buffer.alloc(0));
    const forward = `0:${server.host}:${server.port}`;
    const words = ["-F", sshd.configFile, "-S", master.path, "-L", forward, sshd.hostAlias];
    const tunnel = await startSallyport(words);
    await using _ = { [Symbol.asyncDispose]: tunnel.stop };
    const [, port = ""] = await tunnel.waitForLog(/^ftp:\/\/[^:]+:(\d+) .*, by your ssh at /m);
    {
      await using client = await TestClient.loggedIn({ host: "127.0.0.1", port: Number(port) });
      for (const [name, bytes] of server.files) {
        const data = await client.passive();
        client.send(`RETR ${name}`);
        const pieces = await data.toArray();
        await client.expect(150, 226);
        expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
      }
      const data = await client.passive();
      client.send("STOR up");
      data.end(content);
      await client.expect(150, 226);
      expect(server.files.get("up")?.equals(content)).toBe(true);
    }
    expect(logins(sshd)).toBe(1);
    master.exit();
    await master.ended;
    await tunnel.waitForLog(/SSH connection lost: .* that held the connection is gone/);
    await using client = await TestClient.loggedIn({ host: "127.0.0.1", port: Number(port) });
    await client.ask("NOOP", 200);
    expect(logins(sshd)).toBe(2);
  });

  test("that may not connect to data ports lives on, and the client is told", async () => {
    await using server = await startMiniFtpServer();
    await using sshd = await startSshd({
      lines: [`PermitOpen ${server.host}:${server.port}`, "PermitListen none"],
    });
    await using master = await startMaster(sshd);
    {
      await using tunnel = await openTunnel({
        ssh: { host: sshd.hostAlias, configFile: sshd.configFile, options: [`ControlPath=${master.path}`] },
        forwards: [{ port: 0, host: server.host, hostPort: server.port }],
      });
      expect(tunnel.master).toBe(master.path);
      const [forward] = tunnel.forwards;
      await using client = await TestClient.loggedIn({ host: "127.0.0.1", port: forward?.port ?? 0 });
      const data = await client.passive();
      client.send("RETR f");
      expect(await client.expect(425)).toMatch(/did not connect to .*-S none/);
      data.destroy();
    }
    expect(master.isAlive()).toBe(true);
    expect(logins(sshd)).toBe(1);
  });
});
