// A real world leaves nothing: neither when it is closed, nor when whoever holds it is killed.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { openRealStage } from "../../src/lab/real/open-real-stage.ts";
import { describePeers } from "../support/missing.ts";
import { descendantsOf, isRunning } from "../support/processes.ts";
import { watchResources } from "../support/resources.ts";
import { until } from "../support/until.ts";

watchResources();

const inPackage = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

async function holder(): Promise<ChildProcess> {
  const words = [inPackage("hold-world.mjs"), inPackage("../../dist/lab/real/open-real-stage.js")];
  const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  return child;
}

/** Namespaces with a name, mounts and the files of /run: what a world could leave on this machine. */
function traces(): string[] {
  const names = (path: string): string[] => {
    try {
      return readdirSync(path);
    } catch {
      return [];
    }
  };
  const mounts = readFileSync("/proc/self/mounts", "utf8").split("\n");
  // Other tests on this machine make namespaces too; theirs begin with sp-.
  const spaces = names("/run/netns").filter((name) => !name.startsWith("sp-"));
  return [...spaces, ...names("/run/lab"), ...mounts.filter((line) => /\/run\/lab|\blab\b/.test(line))];
}

describePeers(["sshd", "vsftpd", "nft", "netns", "tcpdump"], "a real world", () => {
  test("that is closed leaves no process, namespace, mount or file", async () => {
    const before = traces();
    const topology = {
      wires: [{ name: "lan", title: "lan" }],
      hosts: [{ name: "server", title: "", attached: { lan: "10.0.0.2/24" } }],
      routers: [],
    };
    const world = await openRealStage(topology);
    await world.stage.ftpServer("server");
    const inside = descendantsOf(process.pid);
    expect(inside.length).toBeGreaterThan(3);
    expect(traces()).toEqual(before);
    await world[Symbol.asyncDispose]();
    await world[Symbol.asyncDispose]();
    expect(inside.filter(isRunning)).toEqual([]);
    expect(traces()).toEqual(before);
  });

  test.each(["SIGKILL", "SIGINT", "SIGTERM"] as const)("whose program gets %s leaves nothing", async (signal) => {
    const before = traces();
    const child = await holder();
    const inside = descendantsOf(child.pid ?? 0);
    expect(inside.length).toBeGreaterThan(6);
    child.kill(signal);
    await once(child, "close");
    await until("end of everything inside", () => !inside.some(isRunning));
    expect(traces()).toEqual(before);
  });

  test("does not see another one", async () => {
    const topology = (name: string) => ({
      wires: [{ name: "lan", title: "lan" }],
      hosts: [{ name, title: "", attached: { lan: "10.0.0.2/24" } }],
      routers: [],
    });
    await using one = await openRealStage(topology("one"));
    await using other = await openRealStage(topology("one"));
    await one.stage.ftpServer("one");
    await expect(other.stage.ftpClient("one", { host: "10.0.0.2", port: 21 })).rejects.toMatchObject({
      code: "NET_REFUSED",
    });
  });
});
