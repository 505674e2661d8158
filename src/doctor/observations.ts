// What was seen on the way and is neither right nor wrong: addresses, times, ports, what the server does. Sentences for a report.
import { formatEndpoint } from "../platform/endpoint.ts";
import { addressClass } from "../protocol/cidr.ts";
import type { ControlFacts, DataFacts, Facts, IdleFacts, NameFacts, PeerFacts, WayName, WriteFacts } from "./facts.ts";
import { isHelped, placeOf, placeWords, rewritten } from "./placement.ts";
import { stepName } from "./steps.ts";

const ways: readonly WayName[] = ["direct", "ssh"];

export function observationsOf({ name, controls, data, peer, idle = [], written = [] }: Facts): readonly string[] {
  return [
    ...(name === undefined ? [] : ofName(name)),
    ...controls.flatMap(ofControl),
    ...ways.flatMap((way) => ofWay(way, data)),
    ...(peer === undefined ? [] : ofPeer(peer)),
    ...idle.flatMap(ofIdle),
    ...ways.flatMap((way) => ofWritten(way, written)),
  ];
}

const classed = (host: string): string => `${host} (${addressClass(host)})`;

function ofName({ host, addresses }: NameFacts): readonly string[] {
  return addresses.flatMap(({ address, call, tookMs = 0, from }) => {
    if (call === undefined) return host === address ? [] : [`${host} is ${classed(address)}.`];
    const way = from === undefined ? call : `connected in ${Math.round(tookMs)} ms, from ${classed(from)}`;
    return [`${host} is ${classed(address)}: ${way}.`];
  });
}

/** The kernel picks the end of ours by the route to the server. */
function ofControl({ way, local, remote }: ControlFacts): readonly string[] {
  if (way !== "direct" || local === undefined || remote === undefined) return [];
  return [`Directly the control connection goes from ${classed(local.host)} to ${classed(remote.host)}.`];
}

/** Of one way: what its modes have in common stands once. */
function ofWay(way: WayName, all: readonly DataFacts[]): readonly string[] {
  const data = all.filter((fact) => fact.way === way && fact.works);
  const ports = data.flatMap(({ used, tries }) =>
    tries === undefined ? [] : [used?.port ?? 0, ...tries.map(({ port }) => port)],
  );
  const callers = new Set(
    data.flatMap(({ peer }) => (peer === undefined || peer.host === "" ? [] : [formatEndpoint(peer)])),
  );
  return [
    ...(ports.length === 0
      ? []
      : [
          `${stepName("Data ports", way)}: from ${Math.min(...ports)} to ${Math.max(...ports)} (${ports.length} seen).`,
        ]),
    ...(callers.size === 0 ? [] : [`${stepName("The server's calls", way)}: from ${[...callers].join(", ")}.`]),
    ...data.flatMap((fact) => ofAddresses(fact, all)),
  ];
}

function ofAddresses(fact: DataFacts, all: readonly DataFacts[]): readonly string[] {
  const step = stepName(fact.mode, fact.way);
  const place = placeOf(fact);
  const inside = rewritten(fact, all);
  return [
    ...(place === "right" ? [] : [`${step}: the host in the reply is ${placeWords[place]}.`]),
    ...(inside === undefined
      ? []
      : [
          `${step}: inside SSH the server names ${formatEndpoint(inside)}, so a NAT on the way rewrites 227 (FTP helper).`,
        ]),
    ...(isHelped(fact)
      ? [`${step}: a NAT on the way rewrites our private address (FTP helper); in TLS it cannot.`]
      : []),
  ];
}

const ofPeer = ({ isTaken, final }: PeerFacts): readonly string[] =>
  isTaken || final === undefined
    ? []
    : [`The server refuses data connections from another address than the control connection's (${final.code}).`];

function ofIdle({ way, idleMs, during, error }: IdleFacts): readonly string[] {
  if (error !== undefined) return [];
  const what = during === "silence" ? "without a word" : "while data flowed";
  return [`${stepName("The control connection", way)}, lives after ${Math.round(idleMs / 1000)} s ${what}.`];
}

function ofWritten(way: WayName, all: readonly WriteFacts[]): readonly string[] {
  const written = all.filter((fact) => fact.way === way && fact.isEqual === true);
  if (written.length === 0) return [];
  const ascii = written.find(({ asciiBytes = 0 }) => asciiBytes !== 0)?.asciiBytes;
  return [
    `${stepName("A file that came back as it went", way)}: ${written.map(({ mode }) => mode).join(", ")}.`,
    ...(ascii === undefined
      ? []
      : [
          `${stepName("In ASCII (TYPE A)", way)}: the same file has ${Math.abs(ascii)} bytes ${ascii > 0 ? "more" : "less"}. Binary files need TYPE I.`,
        ]),
  ];
}
