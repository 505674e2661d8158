// What sshd forbids is told with its reason and with what to change.
import { expect, test } from "vitest";
import { systemNetwork } from "../../../src/network/system-network.ts";
import type { Listener } from "../../../src/platform/network.ts";
import { collect, sendAll } from "../../../src/testing/network/traffic.ts";
import { freePort, freePortRange } from "../../support/free-port.ts";
import { describePeers } from "../../support/missing.ts";
import { watchResources } from "../../support/resources.ts";
import { startSshd } from "../../support/sshd.ts";
import { anyPort, failureOf, never, openTo, witness } from "./open.ts";

watchResources();

const here = (): Promise<Listener> => systemNetwork.listen({ host: "127.0.0.1", ports: anyPort, signal: never });
const loopback = { host: "127.0.0.1", signal: never } as const;

describePeers(["sshd"], "sshd", () => {
  test("with AllowTcpForwarding no refuses both ways", async () => {
    await using sshd = await startSshd({ lines: ["AllowTcpForwarding no"] });
    const seen = witness();
    await using connection = await openTo(sshd, {}, seen);
    const { network } = connection;
    expect(await failureOf(network.connect({ ...loopback, port: 21 }))).toMatchObject({
      code: "SSH_CHANNEL_REFUSED",
      message: "the SSH server refused to connect to 127.0.0.1:21: administratively prohibited",
      details: { channelReason: 1 },
      hint: expect.stringContaining("AllowTcpForwarding"),
    });
    expect(await failureOf(network.listen({ ...loopback, ports: anyPort }))).toMatchObject({
      code: "SSH_FORWARD_REFUSED",
      message: "the SSH server refused to listen on 127.0.0.1:0",
      hint: expect.stringContaining("AllowTcpForwarding"),
    });
    expect(seen.events).toContainEqual(
      expect.objectContaining({ type: "ssh.channel.refused", target: "127.0.0.1:21" }),
    );
  });

  test("with AllowTcpForwarding local refuses listeners alone", async () => {
    await using sshd = await startSshd({ lines: ["AllowTcpForwarding local"] });
    await using connection = await openTo(sshd);
    await using listener = await here();
    await using near = await connection.network.connect({ ...loopback, port: listener.endpoint.port });
    expect(near.remote.port).toBe(listener.endpoint.port);
    near.reset();
    const failure = await failureOf(connection.network.listen({ ...loopback, ports: anyPort }));
    expect(failure.code).toBe("SSH_FORWARD_REFUSED");
  });

  test("with PermitOpen lets one target pass", async () => {
    await using allowed = await here();
    await using other = await here();
    await using sshd = await startSshd({ lines: [`PermitOpen 127.0.0.1:${allowed.endpoint.port}`] });
    await using connection = await openTo(sshd);
    const near = await connection.network.connect({ ...loopback, port: allowed.endpoint.port });
    near.reset();
    const failure = await failureOf(connection.network.connect({ ...loopback, port: other.endpoint.port }));
    expect(failure).toMatchObject({ code: "SSH_CHANNEL_REFUSED", hint: expect.stringContaining("PermitOpen") });
  });

  test("with PermitListen lets one listener be opened, found in a range that was tried", async () => {
    const { first, last } = await freePortRange(3);
    await using sshd = await startSshd({ lines: [`PermitListen 127.0.0.1:${first + 1}`] });
    await using connection = await openTo(sshd);
    await using listener = await connection.network.listen({ ...loopback, ports: { first, last } });
    expect(listener.endpoint).toEqual({ host: "127.0.0.1", port: first + 1 });
    const ports = { first: last, last };
    expect((await failureOf(connection.network.listen({ ...loopback, ports }))).code).toBe("SSH_FORWARD_REFUSED");
  });

  test("tells a refused connection apart from a forbidden one", async () => {
    await using sshd = await startSshd();
    await using connection = await openTo(sshd);
    const port = await freePort();
    expect(await failureOf(connection.network.connect({ ...loopback, port }))).toMatchObject({
      code: "SSH_CHANNEL_REFUSED",
      message: `the SSH server refused to connect to 127.0.0.1:${port}: connect failed (Connection refused)`,
      details: { channelReason: 2 },
    });
  });

  test.each(["", "localhost", "127.0.0.1", "0.0.0.0"])(
    "with GatewayPorts clientspecified listens on '%s'",
    async (host) => {
      await using sshd = await startSshd({ lines: ["GatewayPorts clientspecified"] });
      await using connection = await openTo(sshd);
      await using listener = await connection.network.listen({ host, ports: anyPort, signal: never });
      const { port } = listener.endpoint;
      // sshd is content with one family of a name: the other one's port may be somebody else's.
      const reached = host === "" || host === "localhost" ? "localhost" : "127.0.0.1";
      await using far = await systemNetwork.connect({ host: reached, port, signal: never });
      const near = await listener.accept({ signal: never });
      expect(near.remote).toEqual(far.local);
      const [text] = await Promise.all([collect(near.stream), sendAll(far.stream, "hello")]);
      expect(String(text)).toBe("hello");
      near.stream.end();
      await near.closed;
    },
  );

  test("serves two listeners on the same port of different addresses", async () => {
    await using sshd = await startSshd({ lines: ["GatewayPorts clientspecified"] });
    await using connection = await openTo(sshd);
    const port = await freePort();
    const ports = { first: port, last: port };
    await using one = await connection.network.listen({ ...loopback, ports });
    await using two = await connection.network.listen({ host: "127.0.0.2", ports, signal: never });
    for (const listener of [two, one]) {
      await using far = await systemNetwork.connect({ ...listener.endpoint, signal: never });
      const near = await listener.accept({ signal: never });
      expect(near.remote).toEqual(far.local);
      near.reset();
    }
  });

  test("with MaxSessions 1 still carries forty channels, and one command at a time", async () => {
    await using sshd = await startSshd({ lines: ["MaxSessions 1"] });
    await using connection = await openTo(sshd);
    await using listener = await here();
    const open = Array.from({ length: 40 }, () =>
      connection.network.connect({ ...loopback, port: listener.endpoint.port }),
    );
    const channels = await Promise.all(open);
    const sleeping = new AbortController();
    const first = connection.exec("echo ready; sleep 60", sleeping.signal);
    const second = await failureOf(connection.exec("true", never));
    expect(second).toMatchObject({ code: "SSH_CHANNEL_REFUSED", message: expect.stringMatching(/to run a command/) });
    sleeping.abort(new Error("enough"));
    await expect(first).rejects.toThrow("enough");
    for (const channel of channels) channel.reset();
    await Promise.all(channels.map((channel) => channel.closed));
  });

  test("that refuses a session says so", async () => {
    await using sshd = await startSshd({ lines: ["MaxSessions 0"] });
    await using connection = await openTo(sshd);
    expect((await failureOf(connection.exec("true", never))).code).toBe("SSH_CHANNEL_REFUSED");
  });
});
