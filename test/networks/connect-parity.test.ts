// How a connection between two hosts fails: on two real ones (network namespaces) and on two simulated ones, the same.
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isSallyportError } from "../../src/protocol/error.ts";
import { Host } from "../../src/simulation/host/host.ts";
import { linuxRules, type SystemRules } from "../../src/simulation/host/system-rules.ts";
import { Wire } from "../../src/simulation/links/wire.ts";
import { Router } from "../../src/simulation/router/router.ts";
import { Simulation } from "../../src/simulation/simulation.ts";
import { collect, ending } from "../../src/testing/network/traffic.ts";
import { connectTo, listenAt, never } from "../simulation/stage.ts";
import { describePeers } from "../support/missing.ts";
import { type HostPair, makeHostPair } from "../support/netns.ts";
import { watchResources } from "../support/resources.ts";

watchResources();

const probe = fileURLToPath(new URL("connect-probe.mjs", import.meta.url));
const rules: Partial<SystemRules> = { ...linuxRules, synRetries: 2 };

interface Case {
  readonly name: string;
  /** The system's name and the seconds. */
  readonly expected: string;
  /** 10.77.1.2 is the server; its filter drops port 1001, and answers 1002 with a reset and 1003 with ICMP. */
  readonly host: string;
  readonly port: number;
  readonly localAddress?: string;
}

const cases: readonly Case[] = [
  { name: "a port where nobody listens", expected: "ECONNREFUSED 0", host: "10.77.1.2", port: 1000 },
  { name: "a port whose packets are dropped", expected: "ETIMEDOUT 7", host: "10.77.1.2", port: 1001 },
  { name: "a port that a filter answers with RST", expected: "ECONNREFUSED 0", host: "10.77.1.2", port: 1002 },
  { name: "a port that a filter answers with ICMP", expected: "ECONNREFUSED 0", host: "10.77.1.2", port: 1003 },
  { name: "a neighbour that does not exist", expected: "EHOSTUNREACH 3", host: "10.77.1.9", port: 1000 },
  { name: "a network without a route", expected: "ENETUNREACH 0", host: "203.0.113.1", port: 1000 },
  {
    name: "another host, from 127.0.0.1",
    expected: "EINVAL 0",
    host: "10.77.1.2",
    port: 1000,
    localAddress: "127.0.0.1",
  },
];

async function simulated({ host, port, localAddress }: Case): Promise<string> {
  const simulation = new Simulation();
  const [near, far] = [new Wire(simulation, "near"), new Wire(simulation, "far")];
  const client = new Host(simulation, "client", { attached: [{ wire: near, address: "10.77.1.1/24" }], rules });
  // The filter of the server's own host stands in front of it: it takes the packets for its address.
  new Router(simulation, "filter", {
    attached: [
      { wire: near, address: "10.77.1.2/24" },
      { wire: far, address: "10.78.1.1/24" },
    ],
    forwards: [{ in: near, ports: { first: 1, last: 65_535 }, to: { host: "10.78.1.2", port: 1 } }],
    filter: {
      policy: "accept",
      rules: (["drop", "reset", "reject"] as const).map((verdict, index) => ({
        in: near,
        destinationPorts: { first: 1001 + index, last: 1001 + index },
        verdict,
      })),
    },
  });
  new Host(simulation, "server", { attached: [{ wire: far, address: "10.78.1.2/24" }], gateway: "10.78.1.1" });
  const from = localAddress === undefined ? {} : { localAddress };
  return simulation.run(async () => {
    const error: unknown = await connectTo(client.network(), host, port, from).catch((reason: unknown) => reason);
    const system = isSallyportError(error) ? error.details.system : String(error);
    return `${system} ${Math.round(simulation.nowMs / 1000)}`;
  });
}

describePeers(["netns", "nft"], "connect between two hosts", () => {
  let hosts: HostPair;
  beforeAll(() => {
    hosts = makeHostPair();
    const { client, server, run } = hosts;
    run(client, "sysctl", "-q", "-w", "net.ipv4.tcp_syn_retries=2", "net.ipv4.tcp_timestamps=0");
    const verdicts = ["1001 drop", "1002 reject with tcp reset", "1003 reject"];
    run(server, "nft", "add table inet filter; add chain inet filter in { type filter hook input priority 0; }");
    for (const verdict of verdicts) run(server, "nft", `add rule inet filter in tcp dport ${verdict}`);
  });
  afterAll(() => hosts.remove());

  test.each(cases)("to $name fails alike: $expected", async (one) => {
    const { host, port, localAddress = "" } = one;
    const real = hosts.run(hosts.client, process.execPath, probe, "connect", host, String(port), localAddress);
    expect(real).toBe(one.expected);
    expect(await simulated(one)).toBe(one.expected);
  });

  test("without time stamps, from a connection in TIME_WAIT, fails alike: EADDRNOTAVAIL", async () => {
    const real = hosts.run(hosts.client, process.execPath, probe, "again", "127.0.0.1", "", "", "20");
    expect(real).toBe("EADDRNOTAVAIL 0");
    const simulation = new Simulation();
    const network = new Host(simulation, "host").network();
    await simulation.run(async () => {
      const listener = await listenAt(network, "127.0.0.1");
      const from = { localAddress: "127.0.0.1", localPort: 20 };
      const first = await connectTo(network, "127.0.0.1", listener.endpoint.port, from);
      const peer = await listener.accept({ signal: never });
      const ended = ending(first.stream);
      first.stream.end();
      await collect(peer.stream);
      peer.stream.end();
      await Promise.all([ended, first.closed]);
      await expect(connectTo(network, "127.0.0.1", listener.endpoint.port, from)).rejects.toMatchObject({
        details: { system: "EADDRNOTAVAIL" },
      });
    });
  });
});
