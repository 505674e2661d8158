import { describe, expect, test } from "vitest";
import type { Evidence } from "../../../src/lab/evidence.ts";
import { connectionClass } from "../../../src/lab/figures/marks.ts";
import { drawUprightNetwork } from "../../../src/lab/figures/network/draw-upright.ts";
import { drawWideNetwork } from "../../../src/lab/figures/network/draw-wide.ts";
import { type Box, layOutNetwork, type PlacedLane } from "../../../src/lab/figures/network/layout.ts";
import { growTree, pathBetween } from "../../../src/lab/figures/network/tree.ts";
import type { Topology } from "../../../src/lab/topology.ts";
import { branchPlain, branchTopology, connection, evidenceOf, natPlain, natSallyport, natTopology } from "./sample.ts";

const samples: readonly (readonly [string, Topology, Evidence])[] = [
  ["a NAT, plain", natTopology, natPlain],
  ["a NAT, Sallyport", natTopology, natSallyport],
  ["two branches", branchTopology, branchPlain],
];

const overlap = (one: Box, other: Box): boolean =>
  one.x < other.x + other.width &&
  other.x < one.x + one.width &&
  one.y < other.y + other.height &&
  other.y < one.y + one.height;

/** Horizontal pieces of a lane, with the room that its words need above and below. */
const pieces = ({ points, meant }: PlacedLane): Box[] =>
  [...points, ...meant].flatMap((point, index, all) => {
    const next = all[index + 1];
    if (next === undefined || next.y !== point.y || next.x === point.x) return [];
    return [{ x: Math.min(point.x, next.x), y: point.y - 20, width: Math.abs(next.x - point.x), height: 40 }];
  });

describe.each(samples)("the layout of %s", (_, topology, evidence) => {
  const layout = layOutNetwork(topology, evidence);

  test("has every host, router and wire once, within the figure", () => {
    const names = layout.nodes.map(({ node }) => `${node.kind} ${node.name}`).sort();
    const expected = [
      ...topology.hosts.map(({ name }) => `host ${name}`),
      ...topology.routers.map(({ name }) => `router ${name}`),
      ...topology.wires.map(({ name }) => `wire ${name}`),
    ];
    expect(names).toEqual(expected.sort());
    for (const { x, y, width, height } of layout.nodes) {
      expect([x >= 0, y >= 0, x + width <= layout.width, y + height <= layout.height]).not.toContain(false);
    }
  });

  test("lets no host, router or wire lie upon another", () => {
    const upon = layout.nodes.flatMap((one, index) =>
      layout.nodes
        .slice(index + 1)
        .flatMap((other) => (overlap(one, other) ? [`${one.node.name}, ${other.node.name}`] : [])),
    );
    expect(upon).toEqual([]);
  });

  test("lets no connection lie upon another", () => {
    const upon = layout.lanes.flatMap((one, index) =>
      layout.lanes
        .slice(index + 1)
        .filter((other) => pieces(one).some((piece) => pieces(other).some((another) => overlap(piece, another))))
        .map((other) => `${one.lane.number}, ${other.lane.number}`),
    );
    expect(upon).toEqual([]);
  });

  test("is the same every time", () => {
    const draw = (): string =>
      JSON.stringify([drawWideNetwork(topology, evidence), drawUprightNetwork(topology, evidence)]);
    expect(draw()).toBe(draw());
  });

  test.each([
    ["wide", drawWideNetwork],
    ["upright", drawUprightNetwork],
  ])("is drawn %s with every name, address and number", (_name, draw) => {
    const { content } = draw(topology, evidence);
    const markup = content.map((part) => part.markup).join("\n");
    for (const { name, attached } of [...topology.hosts, ...topology.routers]) {
      expect(markup).toContain(`>${name}</text>`);
      for (const address of Object.values(attached)) expect(markup).toContain(`>${address}</text>`);
    }
    const numbers = Array.from(markup.matchAll(/text-anchor="middle">(\d+)<\/text>/g), (match) => Number(match[1]));
    const count = evidence.events.filter((event) => event.type === "connection").length;
    expect(numbers.sort((one, other) => one - other)).toEqual(
      Array.from({ length: count }, (_one, index) => index + 1),
    );
  });
});

test.each([
  ["made", "head"],
  ["refused", "cross"],
  ["failed", "cross"],
  ["dropped", "wall"],
] as const)("a connection that was %s ends in its own form: %s", (result, form) => {
  const evidence = evidenceOf(connection("data", "client 192.168.1.2:1", "server 10.0.0.3:2", { result }));
  for (const draw of [drawWideNetwork, drawUprightNetwork]) {
    const markup = draw(natTopology, evidence)
      .content.map((part) => part.markup)
      .join("");
    const forms = ["head", "cross", "wall"].filter((name) => new RegExp(`class="${name}"`).test(markup));
    expect(forms).toEqual([form]);
  }
});

test("a connection to an address that nobody has ends where it was dropped, or on the first wire", () => {
  const dropped = connection("data", "server 10.0.0.3:20", " 192.168.1.2:5000", {
    result: "dropped",
    stoppedAt: "nat",
  });
  const lost = connection("data", "client 192.168.1.2:20", " 203.0.113.9:5000", { result: "dropped" });
  const { lanes } = layOutNetwork(natTopology, evidenceOf(dropped, lost));
  expect(lanes.map(({ lane }) => lane.path.map((node) => node.name))).toEqual([
    ["server", "net", "nat"],
    ["client", "home"],
  ]);
});

test("the tree leads from any host to any other", () => {
  const tree = growTree(branchTopology);
  const [from, to] = ["server-a", "server-b"].map((name) => tree.find((node) => node.name === name));
  expect(pathBetween(from!, to!)?.map((node) => node.name)).toEqual([
    "server-a",
    "left",
    "ssh-host",
    "right",
    "server-b",
  ]);
});

test("hosts that nothing joins stand below each other", () => {
  const host = (name: string) => ({ name, title: "alone", attached: {} });
  const { nodes } = layOutNetwork({ wires: [], hosts: [host("a"), host("b")], routers: [] }, evidenceOf());
  expect(nodes.map(({ node }) => node.name)).toEqual(["a", "b"]);
  expect(overlap(nodes[0]!, nodes[1]!)).toBe(false);
});

test.each([
  ["data that sshd passes on over a wire", { role: "forwarded", carries: "data", clear: true }, true],
  ["control over a wire", { role: "control", clear: true }, true],
  ["data within a host", { role: "data", clear: false }, false],
  ["SSH itself", { role: "ssh", clear: true }, false],
] as const)("%s: in the clear is %j", (_, { role, ...more }, isOpen) => {
  const classes = connectionClass(connection(role, "a 10.0.0.1:1", "b 10.0.0.2:2", more)).split(" ");
  expect(classes.includes("open")).toBe(isOpen);
});
