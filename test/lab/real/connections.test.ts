// Connections as they are read from packets: hops of one attempt, NAT between them, and what came back.
import { expect, test } from "vitest";
import { connectionsOf } from "../../../src/lab/real/capture/connections.ts";
import type { Packet, Segment } from "../../../src/lab/real/capture/packet.ts";
import type { Sighting } from "../../../src/lab/real/capture/wiretap.ts";
import { planNetwork } from "../../../src/lab/real/network/plan.ts";
import type { Endpoint } from "../../../src/platform/endpoint.ts";

const plan = planNetwork({
  wires: [
    { name: "home", title: "" },
    { name: "net", title: "" },
  ],
  hosts: [
    { name: "client", title: "", attached: { home: "192.168.1.2/24" }, gateway: "192.168.1.1" },
    { name: "server", title: "", attached: { net: "203.0.113.3/24" }, gateway: "203.0.113.1" },
  ],
  routers: [{ name: "nat", title: "", attached: { home: "192.168.1.1/24", net: "203.0.113.1/24" }, masquerade: "net" }],
});

const inner = { host: "192.168.1.2", port: 40_000 };
const outer = { host: "203.0.113.1", port: 50_000 };
const server = { host: "203.0.113.3", port: 21 };

let clock = 0;
type Flags = Partial<Segment>;

function sighting(node: string, wire: string | undefined, from: Endpoint, to: Endpoint, flags: Flags): Sighting {
  const segment: Segment = { sequence: 1, syn: false, ack: false, rst: false, ...flags };
  clock += 1;
  const packet: Packet = {
    time: clock,
    interfaceIndex: 0,
    isOutgoing: false,
    from,
    to,
    content: { type: "tcp", segment },
  };
  return { node, wire, packet };
}

const syn = { syn: true, sequence: 77 };
const throughNat = [sighting("client", "home", inner, server, syn), sighting("nat", "net", outer, server, syn)];

test("a connection through NAT is one, as its originator sees it", () => {
  const seen = connectionsOf(plan, [
    ...throughNat,
    sighting("server", "net", server, outer, { syn: true, ack: true, sequence: 9 }),
    sighting("nat", "home", server, inner, { syn: true, ack: true, sequence: 9 }),
    sighting("server", "net", server, outer, { rst: true }),
  ]);
  expect(seen).toMatchObject([
    { from: inner, to: server, fromHost: "client", toHost: "server", result: "made", onWire: true },
  ]);
  expect(seen[0]).not.toHaveProperty("stoppedAt");
});

test("a reset instead is a refusal by the host that sent it first", () => {
  const seen = connectionsOf(plan, [
    ...throughNat,
    sighting("server", "net", server, outer, { rst: true, ack: true }),
    sighting("nat", "home", server, inner, { rst: true, ack: true }),
  ]);
  expect(seen).toMatchObject([{ result: "refused", stoppedAt: "server" }]);
});

test("a SYN without an answer was dropped by the node that it was last on the way to", () => {
  expect(connectionsOf(plan, [throughNat[0] as Sighting])).toMatchObject([
    { result: "dropped", stoppedAt: "nat", toHost: "server" },
  ]);
  expect(connectionsOf(plan, throughNat)).toMatchObject([{ result: "dropped", stoppedAt: "server" }]);
});

test("a SYN that is sent again is the same attempt, another one is not", () => {
  const again = sighting("client", "home", inner, server, syn);
  const other = sighting("client", "home", { ...inner, port: 40_001 }, server, { ...syn, sequence: 78 });
  expect(connectionsOf(plan, [...throughNat, again, other])).toHaveLength(2);
});

test("unreachable, says a router: it dropped it, and nobody has the address", () => {
  const nowhere = { host: "192.168.7.7", port: 5000 };
  const first = sighting("server", "net", { ...server, port: 20 }, nowhere, syn);
  const answer: Sighting = {
    ...sighting("nat", "net", outer, server, {}),
    packet: { ...first.packet, time: clock, content: { type: "unreachable", sequence: 77 } },
  };
  expect(connectionsOf(plan, [first, answer])).toMatchObject([{ result: "dropped", stoppedAt: "nat", toHost: "" }]);
});

test("on loopback a connection crosses no wire", () => {
  const here = { host: "127.0.0.1", port: 2001 };
  const seen = connectionsOf(plan, [
    sighting("client", undefined, { ...here, port: 40_000 }, here, syn),
    sighting("client", undefined, here, { ...here, port: 40_000 }, { rst: true }),
  ]);
  expect(seen).toMatchObject([
    { fromHost: "client", toHost: "client", result: "refused", stoppedAt: "client", onWire: false },
  ]);
});
