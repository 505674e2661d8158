// The interfaces of a node and the ways that lead from it.
import { type Cidr, cidrContains, parseCidr } from "../../protocol/cidr.ts";
import { ipFamily } from "../../protocol/ip-address.ts";
import type { Interface, Node, Wire } from "./wire.ts";

/** Where a node is attached, `10.0.0.2/24`. */
export interface Attachment {
  readonly wire: Wire;
  readonly address: string;
}

export interface Route {
  /** `0.0.0.0/0` and `::/0` are the default routes. */
  readonly to: string;
  /** A neighbour's address. */
  readonly via: string;
}

/** The default route, of the next hop's family. */
export const defaultRoute = (via: string): Route => ({ to: ipFamily(via) === 6 ? "::/0" : "0.0.0.0/0", via });

export interface Way {
  readonly out: Interface;
  readonly nextHop: string;
}

export class RoutingTable {
  readonly interfaces: readonly Interface[];
  readonly #routes: readonly { readonly to: Cidr; readonly via: string }[];

  constructor(node: Node, attachments: readonly Attachment[], routes: readonly Route[]) {
    this.interfaces = attachments.map(({ wire, address }) => {
      const own = { node, wire, address: address.split("/")[0] ?? address, network: parseCidr(address) };
      wire.attach(own);
      return own;
    });
    const byLength = routes.map(({ to, via }) => ({ to: parseCidr(to), via }));
    this.#routes = byLength.sort((a, b) => b.to.prefix - a.to.prefix);
  }

  isOwn(address: string): boolean {
    return this.interfaces.some((own) => own.address === address);
  }

  /** Networks that the node is on come first, then the longest route. */
  find(destination: string): Way | undefined {
    const direct = this.interfaces.find((own) => cidrContains(own.network, destination));
    if (direct !== undefined) return { out: direct, nextHop: destination };
    const route = this.#routes.find(({ to }) => cidrContains(to, destination));
    const out = this.interfaces.find((own) => route !== undefined && cidrContains(own.network, route.via));
    return out === undefined || route === undefined ? undefined : { out, nextHop: route.via };
  }
}
