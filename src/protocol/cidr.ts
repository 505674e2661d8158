// A network as `address/prefix-length` (RFC 4632 section 3.1).
import { SallyportError } from "./error.ts";
import { ipBytes, plainBytes } from "./ip-address.ts";
import { printable } from "./printable.ts";

export interface Cidr {
  /** 4 or 16 bytes; an IPv4-mapped network is its IPv4 network. */
  readonly bytes: readonly number[];
  /** Bits that count, 0 to 32 or 128. */
  readonly prefix: number;
}

const bitAt = (bytes: readonly number[], bit: number): number => ((bytes[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1;

/**
 * `10.0.0.0/8`, `2001:db8::/32`; an address alone is itself only. Bits behind the prefix are ignored.
 * @throws SallyportError `CONFIG_INVALID`
 */
export function parseCidr(text: string): Cidr {
  const [address = "", length, ...rest] = text.split("/");
  const written = address.includes("%") ? undefined : ipBytes(address);
  const bytes = plainBytes(address);
  const bits = (written?.length ?? 0) * 8;
  const prefix = length === undefined ? bits : /^\d{1,3}$/.test(length) ? Number(length) : -1;
  const plainPrefix = prefix - (bits - (bytes?.length ?? 0) * 8);
  if (written === undefined || bytes === undefined || rest.length > 0 || prefix > bits || plainPrefix < 0) {
    throw new SallyportError("CONFIG_INVALID", `"${printable(text, 60)}" is no network`, {
      hint: "Write it as address/prefix length, for example 192.168.1.0/24 or 2001:db8::/32.",
    });
  }
  return { bytes, prefix: plainPrefix };
}

/** True when `host` is an address in the network. A name is in none; nor is an address of the other family. */
export function cidrContains(cidr: Cidr, host: string): boolean {
  const bytes = plainBytes(host);
  if (bytes === undefined || bytes.length !== cidr.bytes.length) return false;
  for (let bit = 0; bit < cidr.prefix; bit += 1) {
    if (bitAt(bytes, bit) !== bitAt(cidr.bytes, bit)) return false;
  }
  return true;
}

// Addresses that mean something only within one network.

export type AddressClass = "loopback" | "private" | "carrier NAT" | "link-local" | "public";

const networks: readonly (readonly [kind: AddressClass, network: Cidr])[] = (
  [
    ["loopback", "127.0.0.0/8"],
    ["loopback", "::1/128"],
    // RFC 1918, RFC 4193
    ["private", "10.0.0.0/8"],
    ["private", "172.16.0.0/12"],
    ["private", "192.168.0.0/16"],
    ["private", "fc00::/7"],
    // RFC 6598
    ["carrier NAT", "100.64.0.0/10"],
    // RFC 3927, RFC 4291 section 2.5.6
    ["link-local", "169.254.0.0/16"],
    ["link-local", "fe80::/10"],
  ] as const
).map(([kind, network]) => [kind, parseCidr(network)]);

/** What is no address is `public`, too. */
export function addressClass(host: string): AddressClass {
  return networks.find(([, network]) => cidrContains(network, host))?.[0] ?? "public";
}

export function isPrivateAddress(host: string): boolean {
  return addressClass(host) !== "public";
}
