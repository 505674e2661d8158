// Files that the system sends: whole, from any byte on, and broken off in a way that nobody takes for the end.
import { createHash } from "node:crypto";
import { once } from "node:events";
import { closeSync, openSync, truncateSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { FileSender } from "../../src/network/file-sender.ts";
import { makeEndHonest } from "../../src/network/honest-end.ts";
import type { SendFileOptions } from "../../src/platform/network.ts";
import { limits } from "../../src/protocol/limits.ts";
import { describePeers } from "../support/missing.ts";
import { childrenOf, commandLineOf } from "../support/processes.ts";
import { watchResources } from "../support/resources.ts";
import { makeTempDir, type TempDir } from "../support/tempdir.ts";
import { received } from "../support/test-client.ts";
import { until } from "../support/until.ts";

watchResources();

/** More than the system keeps of one connection. */
const bytes = 24_000_000;
let dir: TempDir;
let file: number;
let content: Buffer;
let server: Server;
const open = new Set<Socket>();

beforeEach(async () => {
  dir = makeTempDir("file-sender");
  content = Buffer.alloc(bytes, createHash("sha512").update("file").digest());
  writeFileSync(dir.file("a"), content);
  file = openSync(dir.file("a"), "r");
  server = createServer({ pauseOnConnect: true });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});

afterEach(() => {
  for (const socket of open) socket.destroy();
  open.clear();
  server.close();
  closeSync(file);
  dir.remove();
});

/** `far` reads nothing until it is asked to. */
async function pair(): Promise<{ near: Socket; far: Socket }> {
  const { port } = server.address() as { port: number };
  const near = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  const [far] = (await once(server, "connection")) as [Socket];
  makeEndHonest(far);
  for (const socket of [near, far]) open.add(socket.on("error", () => {}));
  return { near, far };
}

/** `moved` settles when the system has taken the first bytes, `total` counts them. */
function counted(signal = new AbortController().signal) {
  const counter = { total: 0 };
  let begin = (): void => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const moved = (more: number): void => {
    counter.total += more;
    if (counter.total > 0) begin();
  };
  const options: SendFileOptions = { signal, moved };
  return { options, begun, counter };
}

const senders = (): number[] => childrenOf(process.pid).filter((pid) => commandLineOf(pid).includes("SIG{"));

describePeers(["perl"], "a file that the system sends", () => {
  it.each([0, 1_000_001])("comes whole from byte %i on, to a peer that reads late, and is counted", async (offset) => {
    const { near, far } = await pair();
    const { options, begun, counter } = counted();
    const sent = new FileSender().send(near, file, offset, options);
    await begun;
    const coming = received(far);
    expect(await sent).toBe(bytes - offset);
    expect(counter.total).toBe(bytes - offset);
    near.end(" and more");
    const { bytes: came, how } = await coming;
    expect(how).toBe("end");
    expect(came.equals(Buffer.concat([content.subarray(offset), Buffer.from(" and more")]))).toBe(true);
  });

  it("ends with the signal, and with it the process that has the connection", async () => {
    const { near } = await pair();
    const abort = new AbortController();
    const { options, begun } = counted(abort.signal);
    const sent = new FileSender().send(near, file, 0, options);
    await begun;
    abort.abort(new Error("enough"));
    await expect(sent).rejects.toThrow("enough");
    expect(senders()).toEqual([]);
  });

  it("does not begin once the signal is aborted", async () => {
    const { near } = await pair();
    const { options, counter } = counted(AbortSignal.abort(new Error("too late")));
    await expect(new FileSender().send(near, file, 0, options)).rejects.toThrow("too late");
    expect(counter.total).toBe(0);
  });

  it("ends with its connection, of which the peer then sees a reset", async () => {
    const { near, far } = await pair();
    const { options, begun } = counted();
    const sent = new FileSender().send(near, file, 0, options);
    await begun;
    near.resetAndDestroy();
    await expect(sent).rejects.toMatchObject({ code: "NET_RESET" });
    expect((await received(far)).how).not.toBe("end");
  });

  it("is broken, and not at its end, when the process that sends it is killed", async () => {
    const { near } = await pair();
    const { options, begun } = counted();
    const sent = new FileSender().send(near, file, 0, options);
    await begun;
    for (const pid of senders()) process.kill(pid, "SIGKILL");
    await expect(sent).rejects.toMatchObject({ code: "NET_RESET" });
  });

  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("goes on after %s to its process", async (signal) => {
    const { near, far } = await pair();
    const { options, begun } = counted();
    const sent = new FileSender().send(near, file, 0, options);
    await begun;
    for (const pid of senders()) process.kill(pid, signal);
    far.resume();
    expect(await sent).toBe(bytes);
  });

  it("that has become shorter meanwhile is counted as far as it came", async () => {
    const { near, far } = await pair();
    const { options, begun } = counted();
    const sent = new FileSender().send(near, file, 0, options);
    await begun;
    truncateSync(dir.file("a"), 1000);
    const coming = received(far);
    const count = await sent;
    near.end();
    expect(count).toBeLessThan(bytes);
    expect((await coming).bytes).toHaveLength(count);
  });

  it("to a peer that breaks is not counted as sent", async () => {
    const { near, far } = await pair();
    const { options, begun } = counted();
    const sent = new FileSender().send(near, file, 0, options).catch(() => 0);
    await begun;
    far.resetAndDestroy();
    expect(await sent).toBeLessThan(bytes);
  });

  it("is left to others while as many as may be are sent", async () => {
    const sender = new FileSender();
    const abort = new AbortController();
    const all: Promise<unknown>[] = [];
    for (let count = 0; count < limits.systemSendsMax; count += 1) {
      const { near } = await pair();
      all.push(sender.send(near, file, 0, counted(abort.signal).options).catch(() => "aborted"));
    }
    await until("as many processes", () => senders().length === limits.systemSendsMax);
    const { near, far } = await pair();
    expect(await sender.send(near, file, 0, counted().options)).toBe(0);
    abort.abort();
    expect(await Promise.all(all)).toEqual(all.map(() => "aborted"));
    far.resume();
    expect(await sender.send(near, file, 0, counted().options)).toBe(bytes);
  });
});

it("nothing is sent where there is no Perl, and no other process is tried", async () => {
  const { near } = await pair();
  const sender = new FileSender(dir.file("no-perl"));
  expect(await sender.send(near, file, 0, counted().options)).toBe(0);
  writeFileSync(dir.file("no-perl"), "#!/bin/sh\necho 5; echo end\n", { mode: 0o755 });
  expect(await sender.send(near, file, 0, counted().options)).toBe(0);
});

const realSender = '#!/bin/sh\nexec /usr/bin/perl "$@"\n';

describePeers(["perl"], "a process that could not begin", () => {
  it("since the program was being replaced is tried again", async () => {
    const { near, far } = await pair();
    const sender = new FileSender(dir.file("perl"));
    writeFileSync(dir.file("perl"), realSender, { mode: 0o755 });
    const writing = openSync(dir.file("perl"), "r+");
    expect(await sender.send(near, file, 0, counted().options)).toBe(0);
    closeSync(writing);
    far.resume();
    expect(await sender.send(near, file, 0, counted().options)).toBe(bytes);
  });

  it("before its connection closed is tried again for another one", async () => {
    const sender = new FileSender(dir.file("perl"));
    writeFileSync(dir.file("perl"), "#!/bin/sh\nexec sleep 1000\n", { mode: 0o755 });
    const { near: gone } = await pair();
    const first = sender.send(gone, file, 0, counted().options);
    gone.destroy();
    expect(await first).toBe(0);
    writeFileSync(dir.file("perl"), realSender);
    const { near, far } = await pair();
    far.resume();
    expect(await sender.send(near, file, 0, counted().options)).toBe(bytes);
  });
});
