// A simulated host: what its system says, and for how long.
import { describe, expect, it } from "vitest";
import { wait } from "../../src/platform/clock.ts";
import type { Connection, Network } from "../../src/platform/network.ts";
import { linuxRules } from "../../src/simulation/host/system-rules.ts";
import { collect, ending } from "../../src/testing/network/traffic.ts";
import { watchResources } from "../support/resources.ts";
import { connectTo, joined, listenAt, makeStage, never, type Stage, states } from "./stage.ts";

watchResources();

const fails = (system: string) => ({ details: { system } });

/** In the order in which FTP ends a data connection: the sender first. */
async function closeFirst(first: Connection, second: Connection): Promise<void> {
  const ended = ending(first.stream);
  first.stream.end();
  await collect(second.stream);
  second.stream.end();
  await Promise.all([ended, first.closed, second.closed]);
}

/** A connection from port 20 of the server's host to the client's, ended by the server. */
async function dataConnection({ client, server }: Stage): Promise<() => Promise<Connection>> {
  const listener = await listenAt(client.network(), "10.0.0.2", 3175);
  const connect = (): Promise<Connection> =>
    connectTo(server.network(), "10.0.0.2", 3175, { localAddress: "10.0.0.3", localPort: 20 });
  const near = await connect();
  await closeFirst(near, await listener.accept({ signal: never }));
  return connect;
}

describe("without time stamps a connection in TIME_WAIT", () => {
  it("cannot be made again by the side that waits, until 2MSL have passed", async () => {
    const stage = makeStage();
    const { simulation, server } = stage;
    await simulation.run(async () => {
      const connect = await dataConnection(stage);
      expect(states(server)).toEqual(["TIME_WAIT"]);
      await expect(connect()).rejects.toMatchObject({ code: "NET_ADDRESS_UNAVAILABLE", ...fails("EADDRNOTAVAIL") });
      await wait(simulation.clock, 59_000, never);
      await expect(connect()).rejects.toMatchObject(fails("EADDRNOTAVAIL"));
      await wait(simulation.clock, 1100, never);
      expect(states(server)).toEqual([]);
      await connect();
    });
  });

  it("is in the way of a program that binds without SO_REUSEADDR", async () => {
    const stage = makeStage();
    const { simulation, server } = stage;
    await simulation.run(async () => {
      await dataConnection(stage);
      const rude = server.network({ reuse: false });
      await expect(listenAt(rude, "10.0.0.3", 20)).rejects.toMatchObject(fails("EADDRINUSE"));
      await listenAt(server.network(), "10.0.0.3", 20);
    });
  });
});

describe("a loopback source towards another host", () => {
  it.each([
    ["EADDRNOTAVAIL", "NET_ADDRESS_UNAVAILABLE", {}],
    ["EINVAL", "NET_FAILED", linuxRules],
  ] as const)("fails with %s (%s)", async (system, code, rules) => {
    const { simulation, client } = makeStage({ rules });
    const attempt = (): Promise<Connection> =>
      connectTo(client.network(), "10.0.0.3", 21, { localAddress: "127.0.0.1" });
    await simulation.run(() => expect(attempt()).rejects.toMatchObject({ code, ...fails(system) }));
  });
});

describe("a host", () => {
  const attempts: readonly (readonly [string, string, (network: Network) => Promise<unknown>])[] = [
    ["an address of its network that nobody has", "EHOSTUNREACH", (network) => connectTo(network, "10.0.0.9", 21)],
    ["an address without a route", "ENETUNREACH", (network) => connectTo(network, "203.0.113.1", 21)],
    ["a name that nobody knows", "ENOTFOUND", (network) => connectTo(network, "nobody.example", 21)],
    ["a port where nobody listens", "ECONNREFUSED", (network) => connectTo(network, "10.0.0.3", 21)],
  ];
  it.each(attempts)("cannot connect to %s: %s", async (_what, system, attempt) => {
    const { simulation, client } = makeStage();
    const calls: string[] = [];
    simulation.observe((seen) => {
      if (seen.type === "failed") calls.push(`${seen.node}: ${seen.call.split(" ")[0]}: ${seen.system}`);
    });
    await simulation.run(() => expect(attempt(client.network())).rejects.toMatchObject(fails(system)));
    expect(calls).toEqual([`client: connect: ${system}`]);
  });

  it("gives a program that is not root no port below 1024", async () => {
    const { simulation, client } = makeStage();
    const attempt = (): Promise<unknown> => listenAt(client.network({ isRoot: false }), "10.0.0.2", 21);
    await simulation.run(() => expect(attempt()).rejects.toMatchObject({ code: "NET_PERMISSION", ...fails("EACCES") }));
  });

  it("knows names, its own before those of the simulation", async () => {
    const { simulation, client, server } = makeStage({ names: { "ftp.example": "10.0.0.3" } });
    await simulation.run(async () => {
      const listener = await listenAt(server.network(), "ftp.example", 21);
      expect((await connectTo(client.network(), "ftp.example", 21)).remote.host).toBe("10.0.0.3");
      expect(listener.endpoint.host).toBe("10.0.0.3");
      await expect(connectTo(client.network(), "localhost", 21)).rejects.toMatchObject(fails("ECONNREFUSED"));
    });
  });

  it("lets no packet to 127.0.0.1 in from a wire: loopback is each host's own", async () => {
    const { simulation, client, server } = makeStage();
    await simulation.run(async () => {
      await listenAt(server.network(), "127.0.0.1", 21);
      await expect(connectTo(client.network(), "127.0.0.1", 21)).rejects.toMatchObject(fails("ECONNREFUSED"));
      await expect(connectTo(client.network(), "10.0.0.3", 21)).rejects.toMatchObject(fails("ECONNREFUSED"));
    });
  });

  it("keeps one connection more than the backlog for a program that does not accept, and answers no other", async () => {
    const { simulation, client, server } = makeStage();
    await simulation.run(async () => {
      const slow = server.network({ acceptsAtOnce: false, backlog: 2 });
      const listener = await listenAt(slow, "10.0.0.3", 21);
      for (let count = 0; count < 3; count += 1) await connectTo(client.network(), "10.0.0.3", 21);
      const late = connectTo(client.network(), "10.0.0.3", 21);
      await wait(simulation.clock, 500, never);
      expect(states(server)).toEqual(["LISTEN", "ESTABLISHED", "ESTABLISHED", "ESTABLISHED"]);
      await listener.accept({ signal: never });
      await late;
      expect(Math.round(simulation.nowMs)).toBeGreaterThanOrEqual(1000); // its SYN was sent again
    });
  });

  it("shows its sockets as netstat does", async () => {
    const { simulation, client, server } = makeStage();
    await simulation.run(async () => {
      const listener = await listenAt(server.network(), "", 21);
      await connectTo(client.network(), "10.0.0.3", 21, { localPort: 40_000 });
      const far = await listener.accept({ signal: never });
      far.stream.end();
      await wait(simulation.clock, 10, never);
      expect(server.netstat()).toEqual([
        { local: "[::]:21", remote: "*:*", state: "LISTEN", unread: 0 },
        { local: "10.0.0.3:21", remote: "10.0.0.2:40000", state: "FIN_WAIT2", unread: 0 },
      ]);
    });
  });

  it("forgets after a minute one that waits for an end that does not come, once its program has closed", async () => {
    const { simulation, client, server } = makeStage();
    await simulation.run(async () => {
      const { near } = await joined(client.network(), server.network(), "10.0.0.3");
      near.stream.destroy();
      await wait(simulation.clock, 59_000, never);
      expect(states(client)).toEqual(["FIN_WAIT2"]);
      await wait(simulation.clock, 2000, never);
      expect(states(client)).toEqual([]);
    });
  });
});

it("sends no window update to a peer whose end has come, which may be gone", async () => {
  const { simulation, client, server } = makeStage();
  await simulation.run(async () => {
    const { near, far } = await joined(client.network(), server.network(), "10.0.0.3");
    near.stream.end();
    await ending(far.stream);
    const most = linuxRules.receiveBufferBytes + near.stream.readableHighWaterMark - 65_536;
    far.stream.end(Buffer.alloc(most));
    await far.closed;
    await wait(simulation.clock, 1000, never);
    expect(states(server)).toEqual(["LISTEN"]);
    let read = 0;
    for (let part = 0; part < 3; part += 1) {
      read += (near.stream.read() as Buffer).length;
      await wait(simulation.clock, 1000, never);
    }
    expect(read + (await collect(near.stream)).length).toBe(most);
    expect(await near.closed).toMatchObject({ how: "fin" });
  });
});
