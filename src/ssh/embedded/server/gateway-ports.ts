// GatewayPorts of sshd_config(5): on which addresses a client's listener is.

import { sameHost } from "../../../protocol/ip-address.ts";
import { ownEntry } from "../../../protocol/own-entry.ts";

export type GatewayPorts = "no" | "yes" | "clientspecified";

const loopback: readonly string[] = ["127.0.0.1", "::1"];

/** What clients write for every address (RFC 4254 section 7.1), as networks have it. */
const everywhere: Readonly<Record<string, string>> = { "": "", "*": "", "0.0.0.0": "0.0.0.0", "::": "::" };

/** The first one counts, and decides about port 0; others are there if they can be had. */
export function bindAddresses(asked: string, policy: GatewayPorts): readonly string[] {
  if (policy === "yes") return [""];
  const own = loopback.find((address) => sameHost(address, asked));
  if (own !== undefined) return [own];
  if (policy === "no" || asked.toLowerCase() === "localhost") return loopback;
  return [ownEntry(everywhere, asked) ?? asked];
}
