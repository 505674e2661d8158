// What a client may connect to and listen on, and what it is told when it may not.
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { networkInterfaces } from "node:os";
import type { Client, ClientChannel } from "ssh2";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { limits } from "../../../../src/protocol/limits.ts";
import { bindAddresses, compilePermission } from "../../../../src/ssh/embedded/server/permission.ts";
import { freePort } from "../../../support/free-port.ts";
import { watchResources } from "../../../support/resources.ts";
import { startSshServer, type TestSshServer } from "../../../support/ssh-server.ts";
import { until } from "../../../support/until.ts";
import { openDirect, rawClient } from "./raw-client.ts";

watchResources();

const hasIpv6 = Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === "::1"));

let server: TestSshServer | undefined;
let echo: Server;
let echoPort = 0;
beforeEach(async () => {
  echo = createServer((socket) => socket.on("error", () => {}).pipe(socket)).listen(0, "127.0.0.1");
  await once(echo, "listening");
  echoPort = (echo.address() as AddressInfo).port;
});
afterEach(async () => {
  await server?.stop();
  await new Promise((resolve) => echo.close(resolve));
});

const listen = (client: Client, host: string, port: number): Promise<number | Error> =>
  new Promise((resolve) => client.forwardIn(host, port, (error, bound) => resolve(error ?? bound)));

/** What comes of a TCP connection: `open` or the system's error. */
async function reach(host: string, port: number): Promise<string> {
  const socket = connect({ host, port });
  return new Promise((resolve) => {
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? ""));
    socket.once("connect", () => {
      socket.destroy();
      resolve("open");
    });
  });
}

describe("permitOpen", () => {
  const user = { name: "me" };
  test.each([
    [["127.0.0.1:21"], "127.0.0.1", 21, true],
    [["127.0.0.1:21"], "127.0.0.1", 22, false],
    [["127.0.0.1:21"], "localhost", 21, false],
    [["ftp-host:*"], "FTP-Host", 4711, true],
    [["*:21"], "anything", 21, true],
    [["[::1]:21", "10.0.0.1:990"], "::1", 21, true],
    [["*:*"], "anything", 1, true],
    [[], "127.0.0.1", 21, false],
    [undefined, "127.0.0.1", 21, false],
  ])("%s: %s port %i is permitted: %s", (rules, host, port, expected) => {
    expect(compilePermission(rules, "permitOpen")({ host, port }, user)).toBe(expected);
  });

  test.each(["", "21", "host", "host:", "host:x", "::1:21", "host:65536", "any"])('"%s" is no pattern', (rule) => {
    expect(() => compilePermission([rule], "permitOpen")).toThrow(/permitOpen: .* is not host:port/);
  });
});

test("a function that fails permits nothing", () => {
  const permit = compilePermission(() => {
    throw new Error("broken");
  }, "permitOpen");
  expect(permit({ host: "127.0.0.1", port: 21 }, { name: "me" })).toBe(false);
});

describe("hazard: sshd as open relay", () => {
  test("what is not permitted is refused with reason 1 and words, and nothing is connected", async () => {
    let arrived = 0;
    echo.on("connection", () => {
      arrived += 1;
    });
    server = await startSshServer({ permitOpen: ["127.0.0.1:1"] });
    await using raw = await rawClient(server.port);
    expect(await openDirect(raw.client, "127.0.0.1", echoPort)).toMatchObject({
      reason: 1,
      message: expect.stringContaining(`does not permit connections to 127.0.0.1:${echoPort}`),
    });
    expect(arrived).toBe(0);
    expect(server.events.at(-1)).toMatchObject({ type: "ssh-server.refused", reason: "not permitted" });
  });

  test("a scan of ports does not fill the log", async () => {
    server = await startSshServer({ permitOpen: [] });
    await using raw = await rawClient(server.port);
    const asked = Array.from({ length: 2 * limits.sshServerRefusalsToldMax }, (_, port) => port);
    await Promise.all(asked.map((port) => openDirect(raw.client, "127.0.0.1", port)));
    const refusals = server.events.filter(({ type }) => type === "ssh-server.refused");
    expect(refusals).toHaveLength(limits.sshServerRefusalsToldMax);
    expect(refusals.at(-1)).toMatchObject({ reason: "not permitted; no further ones of this connection are logged" });
  });

  test("nothing is permitted unless it is said", async () => {
    server = await startSshServer({ permitOpen: [], permitListen: [] });
    await using raw = await rawClient(server.port);
    expect(await openDirect(raw.client, "127.0.0.1", echoPort)).toMatchObject({ reason: 1 });
    expect(await listen(raw.client, "localhost", 0)).toBeInstanceOf(Error);
  });

  test("a function decides by target and user", async () => {
    const seen: unknown[] = [];
    server = await startSshServer({
      permitOpen: (target, user) => {
        seen.push([target, user.name]);
        return target.port === echoPort;
      },
    });
    await using raw = await rawClient(server.port, { username: "alice", password: "right", privateKey: "" });
    const channel = (await openDirect(raw.client, "127.0.0.1", echoPort)) as ClientChannel;
    expect(channel.readable).toBe(true);
    channel.destroy();
    expect(seen).toEqual([[{ host: "127.0.0.1", port: echoPort }, "alice"]]);
  });
});

test("a connection that cannot be made is refused with reason 2 and the cause", async () => {
  server = await startSshServer();
  await using raw = await rawClient(server.port);
  expect(await openDirect(raw.client, "127.0.0.1", await freePort())).toMatchObject({
    reason: 2,
    message: expect.stringContaining("connection refused"),
  });
});

test("a channel to a Unix socket is refused with reason 3: there are none here", async () => {
  server = await startSshServer();
  await using raw = await rawClient(server.port);
  const failure = await new Promise((resolve) => raw.client.openssh_forwardOutStreamLocal("/tmp/none", resolve));
  expect(failure).toMatchObject({ reason: 3 });
});

describe("gatewayPorts", () => {
  test.each([
    ["", "no", ["127.0.0.1", "::1"]],
    ["192.0.2.1", "no", ["127.0.0.1", "::1"]],
    ["127.0.0.1", "no", ["127.0.0.1"]],
    ["0:0:0:0:0:0:0:1", "no", ["::1"]],
    ["127.0.0.1", "yes", [""]],
    ["localhost", "clientspecified", ["127.0.0.1", "::1"]],
    ["192.0.2.1", "clientspecified", ["192.0.2.1"]],
    ["*", "clientspecified", [""]],
    ["0.0.0.0", "clientspecified", ["0.0.0.0"]],
  ] as const)('"%s" under %s is %s', (asked, policy, addresses) => {
    expect(bindAddresses(asked, policy)).toEqual(addresses);
  });

  test("no: what a client wants everywhere is on loopback alone", async () => {
    server = await startSshServer();
    await using raw = await rawClient(server.port);
    const port = (await listen(raw.client, "", await freePort())) as number;
    expect(await reach("127.0.0.1", port)).toBe("open");
    expect(await reach("127.0.0.2", port)).toBe("ECONNREFUSED");
  });

  test("yes: it is everywhere", async () => {
    server = await startSshServer({ gatewayPorts: "yes" });
    await using raw = await rawClient(server.port);
    expect(await reach("127.0.0.2", (await listen(raw.client, "localhost", 0)) as number)).toBe("open");
  });
});

test("a port that is taken at 127.0.0.1 is taken, though ::1 may have it free", async () => {
  server = await startSshServer();
  await using raw = await rawClient(server.port);
  expect(await listen(raw.client, "localhost", echoPort)).toBeInstanceOf(Error);
  expect(server.events.at(-1)).toMatchObject({
    type: "ssh-server.refused",
    reason: expect.stringContaining("address already in use"),
  });
});

test("a listener that is cancelled is gone, and its port is free", async () => {
  server = await startSshServer();
  await using raw = await rawClient(server.port);
  const port = (await listen(raw.client, "127.0.0.1", await freePort())) as number;
  await new Promise((resolve) => raw.client.unforwardIn("127.0.0.1", port, resolve as never));
  expect(await reach("127.0.0.1", port)).toBe("ECONNREFUSED");
  expect(await listen(raw.client, "127.0.0.1", port)).toBe(port);
});

test("a listener that is not there cannot be cancelled", async () => {
  server = await startSshServer();
  await using raw = await rawClient(server.port);
  const failure = await new Promise((resolve) => raw.client.unforwardIn("127.0.0.1", 4711, resolve as never));
  expect(failure).toBeInstanceOf(Error);
});

test("a listener ends with its SSH connection", async () => {
  server = await startSshServer();
  const { open } = { open: () => server?.server.open ?? [] };
  const raw = await rawClient(server.port);
  const port = (await listen(raw.client, "127.0.0.1", await freePort())) as number;
  expect(open()).toContain(`127.0.0.1:${port}`);
  await raw[Symbol.asyncDispose]();
  await until("nothing open", () => open().length === 0);
  expect(await reach("127.0.0.1", port)).toBe("ECONNREFUSED");
});

test("a privileged port is not for users of the SSH server, even if it runs as root", async () => {
  server = await startSshServer();
  await using raw = await rawClient(server.port);
  expect(await listen(raw.client, "127.0.0.1", 80)).toBeInstanceOf(Error);
  expect(server.events.at(-1)).toMatchObject({ type: "ssh-server.refused", reason: "a privileged port" });
});

test("S18: a client may listen on the port which is the end of its own connection", async () => {
  const ends: number[] = [];
  echo.on("connection", (socket) => ends.push(socket.remotePort ?? 0));
  server = await startSshServer();
  await using raw = await rawClient(server.port);
  const channel = (await openDirect(raw.client, "127.0.0.1", echoPort)) as ClientChannel;
  await until("a connection", () => ends.length === 1);
  expect(await listen(raw.client, "127.0.0.1", ends[0] ?? 0)).toBe(ends[0]);
  channel.destroy();
});

test.skipIf(!hasIpv6)("S18 with IPv6 (skipped without ::1)", async () => {
  const six = createServer().listen(0, "::1");
  await once(six, "listening");
  const arrived = once(six, "connection");
  server = await startSshServer();
  await using raw = await rawClient(server.port);
  const channel = (await openDirect(raw.client, "::1", (six.address() as AddressInfo).port)) as ClientChannel;
  const [socket] = (await arrived) as [Socket];
  expect(await listen(raw.client, "::1", socket.remotePort ?? 0)).toBe(socket.remotePort);
  channel.destroy();
  socket.destroy();
  await new Promise((resolve) => six.close(resolve));
});

test("without sharesPorts it may not, as with stock sshd", async () => {
  const ends: number[] = [];
  echo.on("connection", (socket) => ends.push(socket.remotePort ?? 0));
  server = await startSshServer({ sharesPorts: false });
  await using raw = await rawClient(server.port);
  const channel = (await openDirect(raw.client, "127.0.0.1", echoPort)) as ClientChannel;
  await until("a connection", () => ends.length === 1);
  expect(await listen(raw.client, "127.0.0.1", ends[0] ?? 0)).toBeInstanceOf(Error);
  channel.destroy();
});

test("sharing ports does not keep from a name whose first address does not answer", async () => {
  server = await startSshServer();
  await using raw = await rawClient(server.port);
  const channel = (await openDirect(raw.client, "localhost", echoPort)) as ClientChannel;
  channel.write("through");
  expect(String((await once(channel, "data"))[0])).toBe("through");
  channel.destroy();
});
