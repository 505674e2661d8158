// Two faults in one simulation, each pair of a table: the doctor finds both, and nothing else.
import { expect, it } from "vitest";
import type { RouterPlan, Topology } from "../../src/lab/topology.ts";
import { watchResources } from "../support/resources.ts";
import { plain } from "./planted.ts";
import { diagnose, type Visit } from "./simulated.ts";

watchResources();

interface Fault {
  readonly name: string;
  readonly id: string;
  /** Of one place there is one fault. */
  readonly place: "client" | "server" | "name" | "files" | "time";
  readonly clientRouter?: Partial<RouterPlan>;
  readonly serverRouter?: Partial<RouterPlan>;
  readonly isPrivateClient?: true;
  readonly isPrivateServer?: true;
  readonly visit?: Partial<Visit>;
  readonly idleMs?: number;
}

const faults: readonly Fault[] = [
  {
    name: "a NAT before the client",
    id: "D10",
    place: "client",
    clientRouter: { masquerade: "middle" },
    isPrivateClient: true,
  },
  { name: "a packet filter before the client", id: "D09", place: "client", clientRouter: { keepsOut: "middle" } },
  {
    name: "a NAT before the server that forwards its control port only",
    id: "D12",
    place: "server",
    serverRouter: {
      masquerade: "middle",
      forwards: [{ wire: "middle", ports: { first: 21, last: 21 }, to: { host: "10.0.0.3", port: 21 } }],
    },
    isPrivateServer: true,
  },
  {
    name: "a packet filter before the server that admits its control port only",
    id: "D15",
    place: "server",
    serverRouter: { keepsOut: "middle", admits: [21] },
  },
  { name: "an address of its name that leads nowhere", id: "D43", place: "name" },
  {
    name: "a directory in which nobody may write",
    id: "D51",
    place: "files",
    visit: { write: { path: "/nowhere/at-all" } },
  },
  {
    name: "connections that are forgotten",
    id: "D48",
    place: "time",
    visit: { idleMs: 100_000 },
    idleMs: 60_000,
  },
];

function world(pair: readonly Fault[]): Topology {
  const has = (key: "isPrivateClient" | "isPrivateServer"): boolean => pair.some((fault) => fault[key]);
  const [near, inside] = [
    has("isPrivateClient") ? "192.168.1" : "198.51.100",
    has("isPrivateServer") ? "10.0.0" : "192.0.2",
  ];
  const idle = pair.find(({ idleMs }) => idleMs !== undefined)?.idleMs;
  // A router that passes everything has no memory that it could lose.
  const all = idle === undefined ? {} : { idleMs: idle };
  const merge = (key: "clientRouter" | "serverRouter"): Partial<RouterPlan> =>
    Object.assign({}, ...pair.map((fault) => fault[key]));
  return {
    wires: [
      { name: "near", title: "the client's network" },
      { name: "middle", title: "the Internet", latencyMs: 10 },
      { name: "inside", title: "the server's network" },
    ],
    hosts: [
      { name: "client", attached: { near: `${near}.2/24` }, gateway: `${near}.1` },
      { name: "server", attached: { inside: `${inside}.3/24` }, gateway: `${inside}.1` },
    ],
    routers: [
      {
        name: "client-router",
        title: "router of the client",
        attached: { near: `${near}.1/24`, middle: "203.0.113.1/24" },
        gateway: "203.0.113.2",
        ...all,
        ...merge("clientRouter"),
      },
      {
        name: "server-router",
        title: "router of the server",
        attached: { middle: "203.0.113.2/24", inside: `${inside}.1/24` },
        gateway: "203.0.113.1",
        ...all,
        ...merge("serverRouter"),
      },
    ],
  };
}

async function found(pair: readonly Fault[]): Promise<readonly string[]> {
  const host = pair.some(({ isPrivateServer }) => isPrivateServer) ? "203.0.113.2" : "192.0.2.3";
  const { findings } = await diagnose({
    topology: world(pair),
    plant: plain(),
    server: { host },
    modes: ["PASV", "PORT"],
    ...Object.assign({}, ...pair.map(({ visit }) => visit)),
    ...(pair.some(({ place }) => place === "name") ? { addresses: ["203.0.113.77", host] } : {}),
  });
  return [...new Set(findings.map(({ id }) => id))].sort();
}

it("without a fault nothing is found, and each alone is found alone", async () => {
  expect(await found([])).toEqual([]);
  // A router that remembers nothing forgets nothing.
  for (const fault of faults.filter(({ place }) => place !== "time")) expect(await found([fault])).toEqual([fault.id]);
});

/** What is let in whoever it is needs nobody to remember it. */
const remembers = ({ place, serverRouter }: Fault): boolean =>
  place === "client" || (place === "server" && serverRouter?.admits === undefined);

const isPair = ([one, other]: readonly [Fault, Fault]): boolean =>
  one.place !== other.place && (other.place !== "time" || remembers(one));

const pairs = faults
  .flatMap((one, index) => faults.slice(index + 1).map((other) => [one, other] as const))
  .filter(isPair);

it.each(pairs.map(([one, other]) => [one.name, other.name, [one, other]] as const))(
  "%s, and %s",
  async (_, __, pair) => {
    expect(await found(pair)).toEqual(pair.map(({ id }) => id).sort());
  },
);
