// The port that a masqueraded connection gets on the router's address.
import type { Flow } from "./flow.ts";
import type { FlowTable } from "./flow-table.ts";

const firstPort = 1024;
const lastPort = 65_535;

/** Its own where that is free towards the same destination, else the next free one, as Linux; `undefined` when none is. */
export function freePort(flow: Flow, address: string, flows: FlowTable): number | undefined {
  const wanted = flow.original.source.port;
  const { source } = flow.reply;
  const isFree = (port: number): boolean => flows.isFree({ source, destination: { host: address, port } });
  if (isFree(wanted)) return wanted;
  for (let step = 1; step <= lastPort - firstPort; step += 1) {
    const port = firstPort + ((Math.max(wanted, firstPort) - firstPort + step) % (lastPort - firstPort + 1));
    if (isFree(port)) return port;
  }
  return undefined;
}
