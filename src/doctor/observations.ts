// What was seen on the way and is neither right nor wrong: addresses, times, what the server offers. Sentences for a report.
import { addressClass } from "../protocol/cidr.ts";
import type { ControlFacts, Facts, NameFacts } from "./facts.ts";

export function observationsOf({ name, controls }: Facts): readonly string[] {
  return [...(name === undefined ? [] : ofName(name)), ...controls.flatMap(ofControl)];
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
