// -L /path/to.sock:host:port: a control connection over a Unix socket, which is its user's alone.
import { once } from "node:events";
import { chmodSync, existsSync, statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import type { Tunnel } from "../../src/tunnel/options.ts";
import { runCurl } from "../support/clients.ts";
import { startMiniFtpServer } from "../support/mini-ftp-server.ts";
import { describePeers } from "../support/missing.ts";
import { nobody, startOther } from "../support/other-process.ts";
import { watchResources } from "../support/resources.ts";
import { makeTempDir } from "../support/tempdir.ts";
import { received, TestClient } from "../support/test-client.ts";
import { openLocalTunnel } from "./local-tunnel.ts";

watchResources();

function open(ftpPort: number, socket: string, options: readonly string[] = []): Promise<Tunnel> {
  return openLocalTunnel([], {
    ssh: { host: "ssh-host", options },
    forwards: [{ socket, port: 0, host: "127.0.0.1", hostPort: ftpPort }],
  });
}

async function clientAt(path: string): Promise<TestClient> {
  const socket = connect({ path, allowHalfOpen: true });
  await once(socket, "connect");
  return new TestClient(socket).login("me", "secret");
}

describe("a tunnel at a Unix socket", () => {
  it.each(["PASV", "EPSV"])("carries a file, with data at 127.0.0.1 (%s)", async (ask) => {
    await using dir = makeTempDir("unix-socket");
    await using server = await startMiniFtpServer();
    server.files.set("f", Buffer.from("content"));
    const path = dir.file("ftp.sock");
    await using tunnel = await open(server.port, path);
    expect(tunnel.forwards[0]).toMatchObject({ url: path, socket: path, port: 0 });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    using client = await clientAt(path);
    const { port, host } = client.addressOf(await client.ask(ask, ask === "PASV" ? 227 : 229));
    const data = await client.connectData({ port, host: ask === "PASV" ? host : "127.0.0.1" });
    await client.ask("RETR f", 150);
    expect(String((await received(data)).bytes)).toBe("content");
    await client.expect(226);
  });

  it("removes the socket when it is closed", async () => {
    await using dir = makeTempDir("unix-socket");
    const path = dir.file("ftp.sock");
    const tunnel = await open(21, path);
    expect(existsSync(path)).toBe(true);
    await tunnel[Symbol.asyncDispose]();
    expect(existsSync(path)).toBe(false);
  });

  it("that is there already is in use; StreamLocalBindUnlink removes a socket, and nothing else", async () => {
    await using dir = makeTempDir("unix-socket");
    const path = dir.file("ftp.sock");
    await using _first = await open(21, path);
    await expect(open(21, path)).rejects.toMatchObject({
      code: "NET_ADDRESS_IN_USE",
      hint: expect.stringContaining("StreamLocalBindUnlink"),
    });
    await using _second = await open(21, path, ["StreamLocalBindUnlink yes"]);
    writeFileSync(dir.file("text"), "mine");
    await expect(open(21, dir.file("text"), ["StreamLocalBindUnlink=yes"])).rejects.toMatchObject({
      code: "NET_ADDRESS_IN_USE",
    });
  });
});

describePeers(["root"], "another user", () => {
  it("cannot connect to the socket, nor to a data port of its session", async () => {
    await using dir = makeTempDir("unix-socket");
    chmodSync(dir.path, 0o755);
    await using server = await startMiniFtpServer();
    server.files.set("f", Buffer.from("secret"));
    const path = dir.file("ftp.sock");
    await using _tunnel = await open(server.port, path);
    await using barred = startOther(`net.connect(args[0]).on("connect", () => say("in"));`, [path], nobody);
    expect(await barred.line()).toBe("error EACCES");
    using client = await clientAt(path);
    const { port } = client.addressOf(await client.ask("PASV", 227));
    const attacker = `net.connect(Number(args[0]), "127.0.0.1").on("error", (error) => say(error.code));`;
    await using thief = startOther(attacker, [String(port)], nobody);
    expect(await thief.line()).toBe("ECONNRESET");
    const data = await client.connectData({ port, host: "127.0.0.1" });
    await client.ask("RETR f", 150);
    expect(String((await received(data)).bytes)).toBe("secret");
  });
});

describePeers(["curl"], "curl at a Unix socket", () => {
  it("has its files both ways in active mode", async () => {
    await using dir = makeTempDir("unix-socket");
    await using server = await startMiniFtpServer();
    server.files.set("f", Buffer.from("content"));
    const path = dir.file("ftp.sock");
    await using _tunnel = await open(server.port, path);
    writeFileSync(dir.file("sent"), "sent");
    const args = ["--unix-socket", path, "--ftp-port", "127.0.0.1", "--user", "me:secret"];
    const down = await runCurl([...args, "ftp://localhost/f"]);
    expect([down.stdout, down.exit], down.stderr).toEqual(["content", 0]);
    const up = await runCurl([...args, "--upload-file", dir.file("sent"), "ftp://localhost/g"]);
    expect(up.exit, up.stderr).toBe(0);
    expect(String(server.files.get("g"))).toBe("sent");
  });
});
