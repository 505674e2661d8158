// What an administrator can forbid or demand in sshd_config, and what becomes of it here.
import { afterEach, expect, it } from "vitest";
import { systemNetwork } from "../../../src/network/system-network.ts";
import type { Listener, PortRange } from "../../../src/platform/network.ts";
import type { OpenSshConnection } from "../../../src/ssh/openssh/openssh-connection.ts";
import { collect, mebibyte, randomPayload, sendAll } from "../../../src/testing/network/traffic.ts";
import { freePort } from "../../support/free-port.ts";
import { describePeers } from "../../support/missing.ts";
import { watchResources } from "../../support/resources.ts";
import { type Sshd, startSshd } from "../../support/sshd.ts";
import { anyPort, connectTo, failureOf, never } from "./environment.ts";

watchResources();

describePeers(["ssh", "sshd"], "OpenSSH with an sshd that", () => {
  const opened: AsyncDisposable[] = [];

  afterEach(async () => {
    for (const resource of opened.splice(0).reverse()) await resource[Symbol.asyncDispose]();
  });

  async function connectWith(lines: readonly string[], address = "127.0.0.1"): Promise<OpenSshConnection> {
    const sshd: Sshd = await startSshd({ lines, address });
    opened.push(sshd);
    const connection = await connectTo(sshd);
    opened.push(connection);
    return connection;
  }

  const here = { host: "127.0.0.1", signal: never } as const;

  async function listenHere(ports: PortRange = anyPort): Promise<Listener> {
    const listener = await systemNetwork.listen({ ...here, ports });
    opened.push(listener);
    return listener;
  }

  async function expectConnects(connection: OpenSshConnection, port: number): Promise<void> {
    const stream = await connection.network.connect({ ...here, port });
    await stream[Symbol.asyncDispose]();
  }

  const refusedConnect = (connection: OpenSshConnection, port: number): ReturnType<typeof failureOf> =>
    failureOf(connection.network.connect({ ...here, port }));
  const refusedListen = (connection: OpenSshConnection, port = 0): ReturnType<typeof failureOf> =>
    failureOf(connection.network.listen({ ...here, ports: { first: port, last: port } }));

  it("forbids all forwarding refuses connect and listen with the hint, and still runs commands", async () => {
    const connection = await connectWith(["AllowTcpForwarding no"]);
    const refused = await refusedConnect(connection, 21);
    expect(refused).toMatchObject({
      code: "SSH_CHANNEL_REFUSED",
      message: "the SSH server refused to connect to 127.0.0.1:21: administratively prohibited",
      details: { channelReason: 1, remote: "127.0.0.1:21" },
      hint: expect.stringMatching(/AllowTcpForwarding.*PermitOpen/),
    });
    expect(await refusedListen(connection)).toMatchObject({
      code: "SSH_FORWARD_REFUSED",
      hint: expect.stringMatching(/AllowTcpForwarding.*PermitListen.*GatewayPorts/),
    });
    expect((await connection.exec("echo ok", never)).stdout).toBe("ok\n");
  });

  it("allows local forwarding only refuses listen", async () => {
    const connection = await connectWith(["AllowTcpForwarding local"]);
    expect((await refusedListen(connection)).code).toBe("SSH_FORWARD_REFUSED");
    await expectConnects(connection, (await listenHere()).endpoint.port);
  });

  it("allows remote forwarding only refuses connect", async () => {
    const connection = await connectWith(["AllowTcpForwarding remote"]);
    expect((await refusedConnect(connection, 21)).code).toBe("SSH_CHANNEL_REFUSED");
    await (await connection.network.listen({ ...here, ports: anyPort }))[Symbol.asyncDispose]();
  });

  it("says that nobody listens keeps its words and tells to look after the FTP server", async () => {
    const connection = await connectWith([]);
    const port = await freePort();
    expect(await refusedConnect(connection, port)).toMatchObject({
      code: "SSH_CHANNEL_REFUSED",
      message: `the SSH server refused to connect to 127.0.0.1:${port}: connect failed (Connection refused)`,
      details: { channelReason: 2 },
      hint: expect.stringContaining("Is the FTP server running"),
    });
  });

  it("permits one destination (PermitOpen) lets that one through", async () => {
    const listener = await listenHere();
    const connection = await connectWith([`PermitOpen 127.0.0.1:${listener.endpoint.port}`]);
    expect((await refusedConnect(connection, listener.endpoint.port + 1)).details.channelReason).toBe(1);
    await expectConnects(connection, listener.endpoint.port);
  });

  it("permits one port to listen on (PermitListen) finds it in a range", async () => {
    const port = await freePort();
    const connection = await connectWith([`PermitListen 127.0.0.1:${port}`]);
    expect((await refusedListen(connection)).code).toBe("SSH_FORWARD_REFUSED");
    const ports = { first: Math.max(1024, port - 3), last: Math.min(65_535, port + 3) };
    const listener = await connection.network.listen({ ...here, ports });
    expect(listener.endpoint).toEqual({ host: "127.0.0.1", port });
    await listener[Symbol.asyncDispose]();
  });

  it("refused a port once can be asked for it again, and its connections arrive with their maker", async () => {
    const connection = await connectWith([]);
    const port = await freePort(); // nobody takes it in between
    const taken = await listenHere({ first: port, last: port });
    for (let attempt = 0; attempt < 2; attempt += 1) {
      expect((await refusedListen(connection, port)).code).toBe("SSH_FORWARD_REFUSED");
    }
    await taken[Symbol.asyncDispose]();
    for (let use = 0; use < 2; use += 1) {
      const listener = await connection.network.listen({ ...here, ports: { first: port, last: port } });
      const [far, near] = await Promise.all([
        systemNetwork.connect({ ...here, port }),
        listener.accept({ signal: never }),
      ]);
      expect(near.remote).toEqual(far.local);
      near.reset();
      far.reset();
      await Promise.all([near.closed, far.closed]);
      await listener[Symbol.asyncDispose]();
    }
  });

  it("refuses a second listener on a port that this connection has already", async () => {
    const connection = await connectWith([]);
    const listener = await connection.network.listen({ ...here, ports: anyPort });
    expect((await refusedListen(connection, listener.endpoint.port)).message).toContain("refused to listen");
    await listener[Symbol.asyncDispose]();
  });

  it.each([
    ["no", "127.0.0.2", false],
    ["clientspecified", "127.0.0.2", true],
    ["yes", "127.0.0.2", true],
  ] as const)("has GatewayPorts %s listens on every address, or does not", async (setting, address, isReachable) => {
    const connection = await connectWith([`GatewayPorts ${setting}`]);
    const port = await freePort();
    const listener = await connection.network.listen({ host: "", ports: { first: port, last: port }, signal: never });
    opened.push(listener);
    const connecting = systemNetwork.connect({ host: address, port: listener.endpoint.port, signal: never });
    if (!isReachable) {
      expect((await failureOf(connecting)).code).toBe("NET_REFUSED");
      return;
    }
    const [far, near] = await Promise.all([connecting, listener.accept({ signal: never })]);
    expect(near.remote).toEqual(far.local);
    near.reset();
    far.reset();
  });

  it.each([1, 0])("allows %i sessions (MaxSessions) still connects and listens", async (count) => {
    const connection = await connectWith([`MaxSessions ${count}`]);
    const listener = await connection.network.listen({ ...here, ports: anyPort });
    const [near, far] = await Promise.all([
      connection.network.connect({ ...here, port: listener.endpoint.port }),
      listener.accept({ signal: never }),
    ]);
    const [text] = await Promise.all([collect(far.stream), sendAll(near.stream, "through")]);
    expect(String(text)).toBe("through");
    far.reset();
    near.reset();
    await listener[Symbol.asyncDispose]();
    const running = connection.exec("echo one", never);
    if (count === 1) expect((await running).stdout).toBe("one\n");
    else expect((await failureOf(running)).code).toBe("SSH_CHANNEL_REFUSED");
  });

  it("changes keys every MiB carries data both ways unharmed", async () => {
    const connection = await connectWith(["RekeyLimit 1M", "KexAlgorithms curve25519-sha256"]); // a fast one
    const listener = await listenHere();
    const [near, far] = await Promise.all([
      connection.network.connect({ ...here, port: listener.endpoint.port }),
      listener.accept({ signal: never }),
    ]);
    const up = randomPayload(8 * mebibyte);
    const down = Buffer.from(up).reverse();
    const [atFar, atNear] = await Promise.all([
      collect(far.stream),
      collect(near.stream),
      sendAll(near.stream, up),
      sendAll(far.stream, down),
    ]);
    expect([atFar.equals(up), atNear.equals(down)]).toEqual([true, true]);
    expect(await near.closed).toMatchObject({ how: "fin" });
  });

  it("listens on IPv6 is reached there, and connects to IPv6", async () => {
    const connection = await connectWith([], "::1");
    expect(connection.serverAddress).toBe("::1");
    const listener = await systemNetwork.listen({ host: "::1", ports: anyPort, signal: never });
    opened.push(listener);
    const near = await connection.network.connect({ host: "::1", port: listener.endpoint.port, signal: never });
    near.reset();
    await near.closed;
  });
});
