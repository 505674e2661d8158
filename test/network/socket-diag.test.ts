import { once } from "node:events";
import { closeSync, openSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, expect, it } from "vitest";
import { SocketDiag } from "../../src/network/socket-diag.ts";
import { systemEndpoint } from "../../src/network/system-connection.ts";
import type { Ends } from "../../src/platform/endpoint.ts";
import { limits } from "../../src/protocol/limits.ts";
import { describePeers } from "../support/missing.ts";
import { nobody, startOther } from "../support/other-process.ts";
import { childrenOf, commandLineOf } from "../support/processes.ts";
import { watchResources } from "../support/resources.ts";
import { makeTempDir } from "../support/tempdir.ts";
import { until } from "../support/until.ts";

watchResources();
const open = new Set<Server | Socket>();
const diags = new Set<SocketDiag>();
afterEach(async () => {
  for (const diag of diags) await diag[Symbol.asyncDispose]();
  diags.clear();
  for (const one of open) "listening" in one ? one.close() : one.destroy();
  open.clear();
});

async function listenOn(host: string): Promise<{ server: Server; port: number }> {
  const server = createServer();
  open.add(server);
  server.listen(0, host);
  await once(server, "listening");
  return { server, port: (server.address() as { port: number }).port };
}

async function accept(server: Server): Promise<Ends> {
  const [socket] = (await once(server, "connection")) as [Socket];
  open.add(socket);
  return { local: endpoint("remote", socket), remote: endpoint("local", socket) };
}

const endpoint = (side: "local" | "remote", socket: Socket) =>
  systemEndpoint(socket[`${side}Address`], socket[`${side}Port`]);

async function connectTo(server: Server, port: number, host: string): Promise<Ends> {
  const client = connect({ port, host });
  open.add(client);
  return accept(server);
}

/** One that has looked often enough to ask the kernel. */
async function asking(perl?: string): Promise<SocketDiag> {
  const diag = new SocketDiag(perl);
  diags.add(diag);
  await lookOften(diag);
  return diag;
}

async function lookOften(diag: SocketDiag): Promise<void> {
  for (let look = 0; look < limits.socketDiagFromLooks; look += 1) expect(await diag.find(nowhere)).toBeUndefined();
}

const nowhere: Ends = { local: { host: "127.0.0.1", port: 1 }, remote: { host: "127.0.0.1", port: 2 } };

describePeers(["perl"], "a socket of this machine that the kernel is asked for", () => {
  it.each(["127.0.0.1", "::1"])("at %s has its user, its inode and what was not acknowledged", async (host) => {
    const { server, port } = await listenOn(host);
    const row = await (await asking()).find(await connectTo(server, port, host));
    expect(row).toEqual({ uid: process.getuid?.(), inode: expect.any(Number), unacknowledged: 0 });
    expect(row?.inode).toBeGreaterThan(0);
  });

  it("of IPv6 that speaks IPv4 is found as well", async () => {
    const { server, port } = await listenOn("127.0.0.1");
    expect(await (await asking()).find(await connectTo(server, port, "::ffff:127.0.0.1"))).toBeDefined();
  });

  it("is found for each of many who ask at once, in their order", async () => {
    const { server, port } = await listenOn("127.0.0.1");
    const diag = await asking();
    const ends = await connectTo(server, port, "127.0.0.1");
    const rows = await Promise.all(Array.from({ length: 60 }, (_, at) => diag.find(at % 3 === 0 ? nowhere : ends)));
    expect(rows.map((row) => row !== undefined)).toEqual(rows.map((_, at) => at % 3 !== 0));
  });

  it("that only listens there is not taken for the connection", async () => {
    const { port } = await listenOn("127.0.0.1");
    const ends = { local: { host: "127.0.0.1", port }, remote: { host: "127.0.0.1", port: 2 } };
    expect(await (await asking()).find(ends)).toBeUndefined();
  });

  it("is not waited for any more when the asking is given up", async () => {
    const diag = await asking();
    expect(await diag.find(nowhere, AbortSignal.abort())).toBeUndefined();
    const asked = new AbortController();
    const found = diag.find(nowhere, asked.signal);
    asked.abort();
    expect(await found).toBeUndefined();
  });

  it("is asked for again when the program that asks has been killed", async () => {
    const { server, port } = await listenOn("127.0.0.1");
    const ends = await connectTo(server, port, "127.0.0.1");
    const diag = await asking();
    await diag.find(ends);
    for (const pid of childrenOf(process.pid)) if (commandLineOf(pid).includes("perl")) process.kill(pid, "SIGKILL");
    expect(await until("it is found", () => diag.find(ends))).toBeDefined();
  });

  it("is asked for later when the program that asks could not be started at first", async () => {
    const { server, port } = await listenOn("127.0.0.1");
    const ends = await connectTo(server, port, "127.0.0.1");
    await using dir = makeTempDir("socket-diag");
    const perl = dir.file("perl");
    writeFileSync(perl, '#!/bin/sh\nexec /usr/bin/perl "$@"\n', { mode: 0o755 });
    const beingReplaced = openSync(perl, "r+");
    const diag = await asking(perl);
    expect(diag.find(ends)).toBeUndefined();
    closeSync(beingReplaced);
    await lookOften(diag);
    expect(await diag.find(ends)).toBeDefined();
  });
});

describePeers(["root", "perl"], "another user's socket that the kernel is asked for", () => {
  it("has that user", async () => {
    const { server, port } = await listenOn("127.0.0.1");
    const diag = await asking();
    await using _other = startOther("net.connect(Number(args[1]), args[0]);", ["127.0.0.1", String(port)], nobody);
    expect((await diag.find(await accept(server)))?.uid).toBe(nobody);
  });
});
