// Addresses that mean something only within one network.
import { type Cidr, cidrContains, parseCidr } from "../cidr.ts";

/** RFC 1918, RFC 6598 (carrier NAT), RFC 3927, RFC 4193, RFC 4291 section 2.5.6, loopback. */
const networks: readonly Cidr[] = [
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "100.64.0.0/10",
  "169.254.0.0/16",
  "127.0.0.0/8",
  "fc00::/7",
  "fe80::/10",
  "::1/128",
].map(parseCidr);

export function isPrivateAddress(host: string): boolean {
  return networks.some((network) => cidrContains(network, host));
}
