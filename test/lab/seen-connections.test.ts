// Connections as they are read from packets: hops of one attempt, NAT between them, and what came back.
import { expect, test } from "vitest";
import { connectionsOf, type Sighting } from "../../src/lab/seen-connections.ts";
import type { Topology } from "../../src/lab/topology.ts";
import type { Endpoint } from "../../src/platform/endpoint.ts";

const topology: Topology = {
  wires: [
    { name: "home", title: "" },
    { name: "net", title: "" },
  ],
  hosts: [
    { name: "client", title: "", attached: { home: "192.168.1.2/24" }, gateway: "192.168.1.1" },
    { name: "server", title: "", attached: { net: "203.0.113.3/24" }, gateway: "203.0.113.1" },
  ],
  routers: [{ name: "nat", title: "", attached: { home: "192.168.1.1/24", net: "203.0.113.1/24" }, masquerade: "net" }],
};

const inner = { host: "192.168.1.2", port: 40_000 };
const outer = { host: "203.0.113.1", port: 50_000 };
const server = { host: "203.0.113.3", port: 21 };

let clock = 0;

function sighting(
  node: string,
  wire: string | undefined,
  from: Endpoint,
  to: Endpoint,
  kind: Sighting["kind"],
  sequence = 1,
): Sighting {
  clock += 1;
  return { atMs: clock, node, wire, from, to, kind, sequence };
}

const throughNat = [
  sighting("client", "home", inner, server, "syn", 77),
  sighting("nat", "net", outer, server, "syn", 77),
];

test("a connection through NAT is one, as its originator sees it", () => {
  const seen = connectionsOf(topology, [
    ...throughNat,
    sighting("server", "net", server, outer, "syn-ack", 9),
    sighting("nat", "home", server, inner, "syn-ack", 9),
    sighting("server", "net", server, outer, "reset"),
  ]);
  expect(seen).toMatchObject([
    { first: { from: inner, to: server, node: "client", wire: "home" }, toHost: "server", result: "made" },
  ]);
  expect(seen[0]).not.toHaveProperty("stoppedAt");
});

test("a reset instead is a refusal by the host that sent it first", () => {
  const seen = connectionsOf(topology, [
    ...throughNat,
    sighting("server", "net", server, outer, "reset"),
    sighting("nat", "home", server, inner, "reset"),
  ]);
  expect(seen).toMatchObject([{ result: "refused", stoppedAt: "server" }]);
});

test("a SYN without an answer was dropped by the node that it was last on the way to", () => {
  expect(connectionsOf(topology, [throughNat[0] as Sighting])).toMatchObject([
    { result: "dropped", stoppedAt: "nat", toHost: "server" },
  ]);
  expect(connectionsOf(topology, throughNat)).toMatchObject([{ result: "dropped", stoppedAt: "server" }]);
});

test("a SYN that is sent again is the same attempt, another one is not", () => {
  const again = sighting("client", "home", inner, server, "syn", 77);
  const other = sighting("client", "home", { ...inner, port: 40_001 }, server, "syn", 78);
  expect(connectionsOf(topology, [...throughNat, again, other])).toHaveLength(2);
});

test("unreachable, says a router: it dropped it, and nobody has the address", () => {
  const nowhere = { host: "192.168.7.7", port: 5000 };
  const first = sighting("server", "net", { ...server, port: 20 }, nowhere, "syn", 77);
  const answer = sighting("nat", "net", outer, server, "dropped", 77);
  expect(connectionsOf(topology, [first, answer])).toMatchObject([{ result: "dropped", stoppedAt: "nat", toHost: "" }]);
});

test("on loopback a connection crosses no wire", () => {
  const here = { host: "127.0.0.1", port: 2001 };
  const seen = connectionsOf(topology, [
    sighting("client", undefined, { ...here, port: 40_000 }, here, "syn", 77),
    sighting("client", undefined, here, { ...here, port: 40_000 }, "reset"),
  ]);
  expect(seen).toMatchObject([
    { first: { node: "client", wire: undefined }, toHost: "client", result: "refused", stoppedAt: "client" },
  ]);
});
