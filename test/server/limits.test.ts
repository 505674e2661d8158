// Everything that can grow, at its limit: who meets one is told with 421, or waits.
import { afterEach, expect, test } from "vitest";
import type { ServerOptions } from "../../src/index.ts";
import { limits } from "../../src/protocol/limits.ts";
import { flood } from "../support/flood.ts";
import { watchResources } from "../support/resources.ts";
import { until } from "../support/until.ts";
import { type Rig, startRig } from "./rig.ts";

watchResources();

let rig: Rig;
const start = async (options: Partial<ServerOptions> = {}): Promise<Rig> => {
  rig = await startRig(options);
  return rig;
};
afterEach(() => rig[Symbol.asyncDispose]());

test("a session too many is 421 with the limit, and there is room again afterwards", async () => {
  await start({ sessionsMax: 2 });
  const first = await rig.login();
  await rig.login();
  const third = await rig.connect();
  expect(await third.reply()).toEqual({
    code: 421,
    lines: ["421 There are too many connected users (2), please try later."],
  });
  await third.closed();
  await first.command("QUIT");
  await until("room", () => rig.server.sessions === 1);
  await rig.login();
});

test("a flood of refused ones that stay is bounded: most are reset at once", async () => {
  await start({ sessionsMax: 1 });
  await rig.login();
  const { host = "", port = 0 } = rig.server.listeners[0] ?? {};
  const told = (await flood(host, port, 60)).filter((outcome) => outcome.startsWith("421"));
  expect(told).toHaveLength(limits.rejectedPeersLeavingMax);
});

test("a session too many from one address is 421", async () => {
  await start({ sessionsPerAddressMax: 1 });
  await rig.login();
  expect((await (await rig.connect()).reply()).lines[0]).toContain("from your internet address");
});

test("a line that is too long, a NUL, a lone CR and other protocols end the session", async () => {
  await start();
  for (const bytes of [
    "x".repeat(5000),
    "NO\0OP\r\n",
    "NO\rOP\r\n",
    "GET / HTTP/1.1\r\n",
    "EHLO x\r\n",
    "\x16\x03\x01",
  ]) {
    const peer = await rig.connect();
    await peer.reply();
    peer.raw(bytes);
    expect([bytes.slice(0, 10), (await peer.reply()).code]).toEqual([bytes.slice(0, 10), 421]);
    await peer.closed();
  }
});

test("too many commands that are none before the login end it", async () => {
  await start();
  const peer = await rig.connect();
  await peer.reply();
  for (let count = 1; count < 10; count += 1) expect(await peer.code("XYZZY")).toBe(500);
  expect(await peer.code("XYZZY")).toBe(421);
});

test("commands are not read when too many wait, and each is answered in the end", async () => {
  await start();
  const peer = await rig.login();
  const data = await peer.passive();
  peer.raw(`LIST\r\n${"PWD\r\n".repeat(3000)}`);
  await peer.expect(150, 226);
  data.end();
  await peer.expect(...Array.from({ length: 3000 }, () => 257));
  expect(await peer.code("NOOP")).toBe(200);
});

test("a client that sends commands without end is read no further while they wait", async () => {
  await start();
  const peer = await rig.login();
  await peer.command("EPSV");
  peer.raw("LIST\r\n");
  const flood = Buffer.from("PWD\r\n".repeat(10_000));
  // The systems of both ends take some megabytes; a server that read on would take all of it.
  for (let count = 0; count < 300; count += 1) peer.socket.write(flood);
  const read = (): number => rig.events.filter((event) => event.type === "ftp.command").length;
  await until("the server to read none of it any more", async () => {
    const before = read();
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    return before > limits.pipelinedCommandsMax && read() === before && peer.socket.writableLength > 0;
  });
  expect(read()).toBeLessThan(20_000);
});

test("too many commands that wait behind an upload end it, since a client that died in it must be noticed", async () => {
  await start();
  const peer = await rig.login();
  const data = await peer.passive();
  await peer.ask("STOR a", 150);
  peer.raw("PWD\r\n".repeat(300));
  expect((await peer.reply()).lines[0]).toMatch(/^421 More than 256 commands wait/);
  data.destroy();
});

test("pipelined commands are answered in order", async () => {
  await start();
  const peer = await rig.login();
  peer.raw("MKD a\r\nCWD a\r\nPWD\r\nCDUP\r\nRMD a\r\nPWD\r\n");
  const codes = [];
  for (let count = 0; count < 6; count += 1) codes.push((await peer.reply()).code);
  expect(codes).toEqual([257, 250, 257, 250, 250, 257]);
});

test("200 sessions at once, each with a transfer", async () => {
  // One password of an address is checked at a time, however busy this machine is.
  await start({ loginMs: 600_000 });
  const first = await rig.login();
  await first.upload("STOR a", "hello");
  const peers = await Promise.all(Array.from({ length: 200 }, () => rig.login()));
  const texts = await Promise.all(peers.map((peer) => peer.download("RETR a")));
  expect(new Set(texts.map(({ text, codes }) => `${text} ${codes}`))).toEqual(new Set(["hello 150,226"]));
  expect(rig.server.sessions).toBe(201);
});

test("close lets a transfer finish and ends the idle sessions with 421", async () => {
  await start();
  const idle = await rig.login();
  const busy = await rig.login();
  const data = await busy.passive();
  expect(await busy.code("STOR a")).toBe(150);
  const closing = rig.server.close();
  expect((await idle.reply()).code).toBe(421);
  data.end("whole");
  data.resume();
  expect((await busy.reply()).code).toBe(226);
  expect((await busy.reply()).code).toBe(421);
  await closing;
  await rig.server.close();
});
