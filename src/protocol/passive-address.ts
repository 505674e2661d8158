// The address that clients of a network are told in 227 (scenario S13).
import { type Cidr, cidrContains } from "./cidr.ts";

export interface PassiveAddressRule {
  /** What clients in `cidr` are told. */
  readonly address: string;
  readonly cidr: Cidr;
}

/** The address of the most specific network that contains `client`; of equals the first. `undefined` when none does. */
export function choosePassiveAddress(rules: readonly PassiveAddressRule[], client: string): string | undefined {
  let best: PassiveAddressRule | undefined;
  for (const rule of rules) {
    if (!cidrContains(rule.cidr, client)) continue;
    if (best === undefined || rule.cidr.prefix > best.cidr.prefix) best = rule;
  }
  return best?.address;
}
