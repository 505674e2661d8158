import { describe, expect, test } from "vitest";
import type { Evidence } from "../../../src/lab/evidence.ts";
import type { Drawing } from "../../../src/lab/figures/figure.ts";
import { connectionClass } from "../../../src/lab/figures/marks.ts";
import { escapeText } from "../../../src/lab/figures/markup.ts";
import { drawUprightNetwork, drawWideNetwork } from "../../../src/lab/figures/network/draw-network.ts";
import { lanesOf, nodesInOrder } from "../../../src/lab/figures/network/lanes.ts";
import type { Topology } from "../../../src/lab/topology.ts";
import { branchPlain, branchTopology, connection, evidenceOf, natPlain, natSallyport, natTopology } from "./sample.ts";

const samples: readonly (readonly [string, Topology, Evidence])[] = [
  ["a NAT, plain", natTopology, natPlain],
  ["a NAT, Sallyport", natTopology, natSallyport],
  ["two branches", branchTopology, branchPlain],
];

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const markupOf = ({ content }: Drawing): string => content.map((part) => part.markup).join("\n");

const overlap = (one: Box, other: Box): boolean =>
  one.x < other.x + other.width &&
  other.x < one.x + one.width &&
  one.y < other.y + other.height &&
  other.y < one.y + one.height;

/** Those of hosts and routers. */
function boxesOf(drawing: Drawing): Box[] {
  const found = markupOf(drawing).matchAll(
    /class="box \w+"><rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/g,
  );
  return Array.from(found, ([, ...numbers]) => {
    const [x = 0, y = 0, width = 0, height = 0] = numbers.map(Number);
    return { x, y, width, height };
  });
}

/** What each lane takes, with room for words beside it where it has some: lines, and what they were meant to go on to. */
function lanesIn(drawing: Drawing, room: number): Box[][] {
  const lanes = markupOf(drawing).split('<g class="lane ').slice(1);
  return lanes.map((lane) =>
    Array.from(lane.matchAll(/M([\d.]+) ([\d.]+) ([HV])([\d.]+)/g), ([, fromX, fromY, way, to]) => {
      const [x, y, end] = [Number(fromX), Number(fromY), Number(to)];
      return way === "H"
        ? { x, y: y - room, width: end - x, height: 2 * room }
        : { x: x - room, y, width: 2 * room, height: end - y };
    }),
  );
}

const draws = [
  ["wide", drawWideNetwork, 20],
  ["upright", drawUprightNetwork, 10],
] as const;

describe.each(samples)("%s", (_, topology, evidence) => {
  describe.each(draws)("drawn %s", (_way, draw, room) => {
    const drawing = draw(topology, evidence);
    const boxes = boxesOf(drawing);

    test("has every host and router once, within the figure, and none upon another", () => {
      expect(boxes).toHaveLength(topology.hosts.length + topology.routers.length);
      for (const { x, y, width, height } of boxes) {
        expect([x >= 0, y >= 0, x + width <= drawing.width, y + height <= drawing.height]).not.toContain(false);
      }
      const upon = boxes.flatMap((one, index) => boxes.slice(index + 1).filter((other) => overlap(one, other)));
      expect(upon).toEqual([]);
    });

    test("lets no connection lie upon another", () => {
      const lanes = lanesIn(drawing, room);
      const upon = lanes.flatMap((one, index) =>
        lanes.slice(index + 1).filter((other) => one.some((piece) => other.some((another) => overlap(piece, another)))),
      );
      expect(upon).toEqual([]);
    });

    test("names every wire", () => {
      const words = topology.wires.flatMap(({ title }) => escapeText(title).split(" "));
      for (const word of words) expect(markupOf(drawing)).toContain(word);
    });
  });
});

describe.each(samples)("the figure of %s", (_, topology, evidence) => {
  test("is the same every time", () => {
    const draw = (): string =>
      JSON.stringify([drawWideNetwork(topology, evidence), drawUprightNetwork(topology, evidence)]);
    expect(draw()).toBe(draw());
  });

  test.each([
    ["wide", drawWideNetwork],
    ["upright", drawUprightNetwork],
  ])("is drawn %s with every name, address and number", (_name, draw) => {
    const markup = markupOf(draw(topology, evidence));
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
    const markup = markupOf(draw(natTopology, evidence));
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
  const nodes = nodesInOrder(natTopology).map(({ name }) => name);
  expect(nodes).toEqual(["client", "nat", "server"]);
  const ends = lanesOf(natTopology, evidenceOf(dropped, lost)).map(({ from, to, stop }) => [nodes[from], to, stop]);
  expect(ends).toEqual([
    ["server", nodes.indexOf("nat"), nodes.indexOf("nat")],
    ["client", 0.5, 0.5],
  ]);
});

test("what is joined stands beside each other, and a lane passes behind what it does not meet", () => {
  const nodes = nodesInOrder(branchTopology).map(({ name }) => name);
  expect(nodes).toEqual(["client", "ssh-host", "server-a", "server-b"]);
  const [lane] = lanesOf(branchTopology, evidenceOf(connection("data", "ssh-host 10.2.0.1:1", "server-b 10.2.0.2:2")));
  expect(lane?.bypassed.map((index) => nodes[index])).toEqual(["server-a"]);
});

test("hosts that nothing joins stand one after the other", () => {
  const host = (name: string) => ({ name, title: "alone", attached: {} });
  const boxes = boxesOf(drawWideNetwork({ wires: [], hosts: [host("a"), host("b")], routers: [] }, evidenceOf()));
  expect(boxes).toHaveLength(2);
  expect(overlap(boxes[0]!, boxes[1]!)).toBe(false);
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
