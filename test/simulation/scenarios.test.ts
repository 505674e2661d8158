// FTP from end to end in a simulated network, and what its ssh does. The scenarios S01 to S20 are in test/lab.
import { describe, expect, it } from "vitest";
import { Host } from "../../src/simulation/host/host.ts";
import { formatPacket } from "../../src/simulation/links/packet.ts";
import { Wire } from "../../src/simulation/links/wire.ts";
import { Router } from "../../src/simulation/router/router.ts";
import { Simulation } from "../../src/simulation/simulation.ts";
import { forwardLocal, forwardRemote } from "../../src/simulation/ssh/forwards.ts";
import { SimulatedSsh } from "../../src/simulation/ssh/ssh-client.ts";
import { SimulatedSshd } from "../../src/simulation/ssh/ssh-server.ts";
import { collect } from "../../src/testing/network/traffic.ts";
import { watchResources } from "../support/resources.ts";
import { logIn, startServer, startTunnel } from "./ftp-actors.ts";
import { connectTo, listenAt, never } from "./stage.ts";

watchResources();

interface Place {
  readonly simulation: Simulation;
  /** 192.168.1.2, behind a NAT that leaves as 198.51.100.1. */
  readonly client: Host;
  /** 203.0.113.3: sshd and the FTP server. */
  readonly server: Host;
  /** `host:port`s that packets on the wide network went to. */
  readonly destinations: Set<string>;
}

function makePlace(options: { readonly nat?: boolean; readonly seed?: number } = {}): Place {
  const { nat = true, seed = 1 } = options;
  const simulation = new Simulation({ seed });
  const [lan, wan, dmz] = [
    new Wire(simulation, "lan"),
    new Wire(simulation, "wan", { latencyMs: 10 }),
    new Wire(simulation, "dmz"),
  ];
  new Router(simulation, "nat", {
    attached: [
      { wire: lan, address: "192.168.1.1/24" },
      { wire: wan, address: "198.51.100.1/24" },
    ],
    gateway: "198.51.100.2",
    ...(nat ? { masquerade: [wan] } : {}),
  });
  new Router(simulation, "provider", {
    attached: [
      { wire: wan, address: "198.51.100.2/24" },
      { wire: dmz, address: "203.0.113.1/24" },
    ],
    ...(nat ? {} : { gateway: "198.51.100.1" }),
  });
  const client = new Host(simulation, "client", {
    attached: [{ wire: lan, address: "192.168.1.2/24" }],
    gateway: "192.168.1.1",
  });
  const server = new Host(simulation, "server", {
    attached: [{ wire: dmz, address: "203.0.113.3/24" }],
    gateway: "203.0.113.1",
  });
  const destinations = new Set<string>();
  simulation.observe((seen) => {
    const isHost = seen.type === "packet" && (seen.node === "client" || seen.node === "server") && seen.wire !== "lo";
    if (isHost && seen.packet.kind === "tcp" && seen.packet.syn && !seen.packet.ack) {
      destinations.add(`${seen.packet.destination.host}:${seen.packet.destination.port}`);
    }
  });
  return { simulation, client, server, destinations };
}

const connectSsh = async ({ client, server }: Place): Promise<SimulatedSsh> => {
  await SimulatedSshd.start(server, { gatewayPorts: "clientspecified" });
  return SimulatedSsh.connect(client, { host: "203.0.113.3", signal: never });
};

const here = { host: "127.0.0.1", port: 2001 };

describe.each(["localhost", "203.0.113.3"])("Sallyport to %s", (target) => {
  it.each([
    ["passive", "PASV", "passive"],
    ["active", "PORT", "passive"],
    ["passive, active behind", "PASV", "active"],
  ] as const)("transfers the file, %s", async (_name, mode, upstreamMode) => {
    const place = makePlace();
    const results = await place.simulation.run(async () => {
      await startServer(place.server);
      await SimulatedSshd.start(place.server, { gatewayPorts: "clientspecified" });
      await startTunnel(place.client, place.server, target, upstreamMode);
      const user = await logIn(place.client, here);
      return [await user.get(mode), await user.get(mode)];
    });
    expect(results.map(({ works, whole }) => works && whole)).toEqual([true, true]);
    expect([...place.destinations]).toEqual(["203.0.113.3:22"]);
  });
});

describe("one seed", () => {
  const traceOf = async (seed: number): Promise<string> => {
    const place = makePlace({ seed });
    const lines: string[] = [];
    place.simulation.observe((seen, atMs) => {
      const what = seen.type === "failed" ? `${seen.call} ${seen.system}` : formatPacket(seen.packet);
      lines.push(`${atMs} ${seen.node} ${seen.type} ${what}`);
    });
    await place.simulation.run(async () => {
      await startServer(place.server);
      await SimulatedSshd.start(place.server);
      await startTunnel(place.client, place.server, "localhost");
      const users = await Promise.all([1, 2, 3].map(() => logIn(place.client, here)));
      await Promise.all(users.map((user, index) => user.get(index === 1 ? "PORT" : "PASV")));
    });
    return lines.join("\n");
  };

  it("makes the same trace of three sessions at once, byte for byte, and another seed another", async () => {
    const [first, second, other] = [await traceOf(1), await traceOf(1), await traceOf(2)];
    expect(first.split("\n").length).toBeGreaterThan(100);
    expect(second).toBe(first);
    expect(other).not.toBe(first);
  });
});

describe("ssh", () => {
  /** Says something to a forward and returns what an echo behind it says. */
  const echo = async (host: Host): Promise<void> => {
    const listener = await listenAt(host.network(), "127.0.0.1", 7);
    void listener.accept({ signal: never }).then(({ stream }) => stream.pipe(stream));
  };

  it("-R listens on the server's loopback and connects on the client's side", async () => {
    const place = makePlace();
    await place.simulation.run(async () => {
      const ssh = await connectSsh(place);
      await echo(place.client);
      await forwardRemote(ssh, { port: 7007 }, { host: "127.0.0.1", port: 7 });
      const { stream } = await connectTo(place.server.network(), "127.0.0.1", 7007);
      stream.end("hello");
      expect(String(await collect(stream))).toBe("hello");
      await expect(connectTo(place.server.network(), "203.0.113.3", 7007)).rejects.toMatchObject({
        code: "NET_REFUSED",
      });
    });
  });

  it.each([
    [false, "NET_REFUSED"],
    [true, "it worked"],
  ])("-L with -g %s is open to other hosts: %s", async (isForAll, outcome) => {
    const place = makePlace({ nat: false });
    await place.simulation.run(async () => {
      const ssh = await connectSsh(place);
      await forwardLocal(ssh, { port: 2001, isForAll }, { host: "localhost", port: 21 });
      const attempt = connectTo(place.client.network(), "192.168.1.2", 2001);
      expect(
        await attempt.then(
          () => "it worked",
          ({ code }) => code,
        ),
      ).toBe(outcome);
    });
  });

  it("that is lost ends the wait for its answers", async () => {
    const place = makePlace();
    await place.simulation.run(async () => {
      const sshd = await SimulatedSshd.start(place.server);
      const ssh = await SimulatedSsh.connect(place.client, { host: "203.0.113.3", signal: never });
      const listener = await listenAt(ssh.network, "127.0.0.1", 7007);
      const cancelled = listener[Symbol.asyncDispose]();
      const refused = expect(listenAt(ssh.network, "127.0.0.1", 7008)).rejects.toMatchObject({
        code: "SSH_DISCONNECTED",
      });
      await sshd[Symbol.asyncDispose]();
      await Promise.all([cancelled, refused]);
    });
  });

  it("that is lost breaks what it carried", async () => {
    const place = makePlace();
    await place.simulation.run(async () => {
      const sshd = await SimulatedSshd.start(place.server);
      const ssh = await SimulatedSsh.connect(place.client, { host: "203.0.113.3", signal: never });
      await echo(place.server);
      const connection = await connectTo(ssh.network, "127.0.0.1", 7);
      await sshd[Symbol.asyncDispose]();
      expect(await ssh.lost).toMatchObject({ code: "SSH_DISCONNECTED" });
      expect(await connection.closed).toMatchObject({ by: "remote", how: "lost" });
    });
  });
});
