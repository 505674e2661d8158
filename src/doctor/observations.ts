// What was seen on the way and is neither right nor wrong: addresses, times, ports, what the server does. Sentences for a report.
import { formatEndpoint } from "../platform/endpoint.ts";
import { addressClass } from "../protocol/cidr.ts";
import type { ControlFacts, DataFacts, Facts, NameFacts, PeerFacts } from "./facts.ts";
import { isHelped, placeOf, placeWords, rewritten } from "./placement.ts";
import { stepName } from "./steps.ts";

export function observationsOf({ name, controls, data, peer }: Facts): readonly string[] {
  return [
    ...(name === undefined ? [] : ofName(name)),
    ...controls.flatMap(ofControl),
    ...data.flatMap((fact) => ofData(fact, data)),
    ...(peer === undefined ? [] : ofPeer(peer)),
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

function ofData(fact: DataFacts, data: readonly DataFacts[]): readonly string[] {
  const { way, mode, works, tries = [], used, peer } = fact;
  if (!works) return [];
  const step = stepName(mode, way);
  const seen: string[] = [];
  const ports = [...(used === undefined ? [] : [used.port]), ...tries.map(({ port }) => port)];
  if (tries.length > 0) {
    seen.push(
      `${step}: the server named ports from ${Math.min(...ports)} to ${Math.max(...ports)} (${ports.length} seen).`,
    );
  }
  const place = placeOf(fact);
  if (place !== "right") seen.push(`${step}: the host in the reply is ${placeWords[place]}.`);
  const inside = rewritten(fact, data);
  if (inside !== undefined) {
    seen.push(
      `${step}: inside SSH the server names ${formatEndpoint(inside)}, so a NAT on the way rewrites 227 (FTP helper).`,
    );
  }
  if (peer !== undefined && peer.host !== "") seen.push(`${step}: the server called from ${formatEndpoint(peer)}.`);
  if (isHelped(fact))
    seen.push(`${step}: a NAT on the way rewrites our private address (FTP helper); in TLS it cannot.`);
  return seen;
}

const ofPeer = ({ isTaken, final }: PeerFacts): readonly string[] =>
  isTaken || final === undefined
    ? []
    : [`The server refuses data connections from another address than the control connection's (${final.code}).`];
