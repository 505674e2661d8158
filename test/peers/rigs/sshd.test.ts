import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { connect } from "node:net";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import { describePeers } from "../../support/missing.ts";
import { isRunning } from "../../support/processes.ts";
import { startProgram } from "../../support/program.ts";
import { startSshd } from "../../support/sshd.ts";
import { until } from "../../support/until.ts";

describePeers(["sshd"], "the sshd rig", () => {
  test("lets ssh in with its own configuration file", async () => {
    await using sshd = await startSshd();
    const result = spawnSync("ssh", ["-F", sshd.configFile, sshd.hostAlias, "echo", "hello"], { encoding: "utf8" });
    expect(result.stderr).toBe("");
    expect(result.stdout).toBe("hello\n");
    await sshd.waitForLog(/Accepted publickey for/);
  });

  test("takes more lines of sshd_config, which win", async () => {
    await using sshd = await startSshd({ lines: ["AllowTcpForwarding no", "MaxSessions 0"] });
    const result = spawnSync("ssh", ["-F", sshd.configFile, sshd.hostAlias, "true"], { encoding: "utf8" });
    expect(result.status).not.toBe(0);
  });

  test("kills connections and goes on listening", async () => {
    await using sshd = await startSshd();
    await using ssh = startProgram("ssh", ["-F", sshd.configFile, "-N", "-v", sshd.hostAlias]);
    await ssh.waitForLog(/Entering interactive session/);
    await until("a connection", () => sshd.connections().length > 0);
    await sshd.killConnections();
    expect(sshd.connections()).toEqual([]);
    expect(await ssh.ended).toBe("exit 255");
    const result = spawnSync("ssh", ["-F", sshd.configFile, sshd.hostAlias, "true"], { encoding: "utf8" });
    expect(result.status).toBe(0);
  });

  test("leaves neither process nor port nor directory when stopped twice with a connection open", async () => {
    const sshd = await startSshd();
    await using ssh = startProgram("ssh", ["-F", sshd.configFile, "-N", "-v", sshd.hostAlias]);
    await ssh.waitForLog(/Entering interactive session/);
    const connections = sshd.connections();
    await Promise.all([sshd.stop(), sshd.stop()]);
    await sshd.stop();
    expect([sshd.pid, ...connections].filter(isRunning)).toEqual([]);
    expect(existsSync(dirname(sshd.configFile))).toBe(false);
    const error = await new Promise((resolve) => {
      connect(sshd.port, "127.0.0.1").once("error", resolve);
    });
    expect(error).toMatchObject({ code: "ECONNREFUSED" });
  });

  test("several run at the same time", async () => {
    const all = await Promise.all(Array.from({ length: 5 }, () => startSshd()));
    expect(new Set(all.map((sshd) => sshd.port)).size).toBe(5);
    await Promise.all(all.map((sshd) => sshd.stop()));
  });
});
