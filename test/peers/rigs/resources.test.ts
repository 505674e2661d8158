import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmdirSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { expectNothingLeft, leftSince, takeResources, watchResources } from "../../support/resources.ts";
import { until } from "../../support/until.ts";

watchResources();

test("a listener and a connection that are left over are named with their addresses", async () => {
  const before = takeResources();
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const client = connect(port, "127.0.0.1");
  const [accepted] = await once(server, "connection");
  await expect(expectNothingLeft(before, 20)).rejects.toThrow(/left over after 20 ms/);
  const left = leftSince(before).join("\n");
  expect(left).toContain(`127.0.0.1:${port} - 0.0.0.0:0 LISTEN`);
  expect(left).toContain(`- 127.0.0.1:${port} ESTABLISHED`);
  expect(left).toMatch(/handle TCPServerWrap: 1, was 0/i);
  client.destroy();
  accepted.destroy();
  server.close();
  await expectNothingLeft(before);
});

test("a child process that is left over is named with its command", async () => {
  const before = takeResources();
  const child = spawn("sleep", ["1000"], { stdio: "ignore" });
  // In the middle of exec it has no words.
  await until("its command", () => readFileSync(`/proc/${child.pid}/cmdline`, "utf8").startsWith("sleep"));
  expect(leftSince(before).join("\n")).toContain(`child process ${child.pid}: sleep 1000`);
  child.kill();
  await expectNothingLeft(before);
});

test("a timer that is left over is found", async () => {
  const before = takeResources();
  const timers = [1, 2, 3].map(() => setInterval(() => {}, 1000));
  expect(leftSince(before).join("\n")).toMatch(/handle Timeout/);
  for (const timer of timers) clearInterval(timer);
  await expectNothingLeft(before);
});

test("a temporary directory that is left over is named", async () => {
  const before = takeResources();
  const path = mkdtempSync(join(tmpdir(), "forgotten-"));
  expect(leftSince(before).join("\n")).toMatch(/temporary file forgotten-/);
  rmdirSync(path);
  await expectNothingLeft(before);
});
