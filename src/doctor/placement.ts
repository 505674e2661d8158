// Where the address in a 227 lies, as the one sees it who connects there.
import { type AddressClass, addressClass, isPrivateAddress } from "../protocol/cidr.ts";
import { ipFamily, isLoopback, sameHost } from "../protocol/ip-address.ts";
import { type DataFacts, dataModeOf, isOwnMachine } from "./facts.ts";

/** `right`: the control connection's host, or none is named (229). `another`: a public one. */
export type Placement = "right" | "another" | "wrong family" | Exclude<AddressClass, "public">;

export const placeWords: Readonly<Record<Exclude<Placement, "right">, string>> = {
  another: "another than the control connection's",
  "wrong family": "of the other family than the control connection's",
  loopback: "a loopback address, which is everybody's own machine",
  private: "a private address, which leads nowhere from outside",
  "carrier NAT": "an address of a provider's NAT, which leads nowhere from outside",
  "link-local": "a link-local address, which leads nowhere but on its own link",
};

export function placeOf({ named, used, control }: Pick<DataFacts, "named" | "used" | "control">): Placement {
  if (named === undefined || used === undefined || sameHost(named.host, used.host)) return "right";
  const kind = addressClass(named.host);
  if (kind === "loopback") return used.host === "localhost" || isLoopback(used.host) ? "right" : kind;
  const [own, its] = [ipFamily(control.remote?.host ?? ""), ipFamily(named.host)];
  if (own !== undefined && its !== undefined && own !== its) return "wrong family";
  return kind === "public" ? "another" : kind;
}

/** Directly, and not through a forwarded port, whose 227 is of another network than the client's. */
export const isPlainWay = ({ way, control }: Pick<DataFacts, "way" | "control">): boolean =>
  way === "direct" && !isOwnMachine(control);

/**
 * What arrives directly is not what the server says inside SSH, where nobody in between can read it: somebody rewrites it. A server
 * that was reached at its loopback address says nothing of how it names itself to others.
 */
export function rewritten(fact: DataFacts, data: readonly DataFacts[]): DataFacts["named"] {
  if (fact.mode !== "PASV" || fact.named === undefined || !isPlainWay(fact)) return undefined;
  const inside = data.find(({ way, mode }) => way === "ssh" && mode === "PASV")?.named;
  if (inside === undefined || isLoopback(inside.host) || sameHost(inside.host, fact.named.host)) return undefined;
  return inside;
}

/** A private address that the server could not have reached, and it has: a NAT on the way reads PORT and puts its own address in. */
export function isHelped({ way, mode, works, named, control }: DataFacts): boolean {
  if (!works || dataModeOf(mode) !== "active" || named === undefined || way !== "direct") return false;
  return isPrivateAddress(named.host) && !isPrivateAddress(control.remote?.host ?? "127.0.0.1");
}
