// What the known_hosts files say about a host and about the key that it shows.
import { isFor, type KnownHost, keyType, knownHostName } from "./known-hosts-file.ts";

/** How a host is looked up. */
export interface HostIdentity {
  /** HostName, or what the user typed. */
  readonly host: string;
  readonly port: number;
  /** HostKeyAlias: looked up instead, without the port (ssh_config(5)). */
  readonly alias?: string;
}

export type Finding =
  | { readonly status: "known"; readonly entry: KnownHost }
  | { readonly status: "revoked"; readonly entry: KnownHost }
  /** Another key of the same type is known. */
  | { readonly status: "changed"; readonly entry: KnownHost }
  /** `others`: keys of other types that are known; `authority`: the host is said to have certificates. */
  | { readonly status: "unknown"; readonly others: readonly KnownHost[]; readonly authority: KnownHost | undefined };

/** The name that the files are searched for, and that a new entry gets. */
export function lookupName(identity: HostIdentity): string {
  return identity.alias === undefined ? knownHostName(identity.host, identity.port) : identity.alias.toLowerCase();
}

/** What is known about the key. Strict first: revoked anywhere is revoked, and another key of the type is a change. */
export function findKey(entries: readonly KnownHost[], identity: HostIdentity, key: Buffer): Finding {
  const finding = findUnder(entries, lookupName(identity), key);
  if (finding.status !== "unknown" || identity.alias !== undefined || identity.port === 22) return finding;
  // As ssh does: a key that is listed for the host without a port is good for any port, and a revoked one bad.
  const plain = findUnder(entries, knownHostName(identity.host, 22), key);
  return plain.status === "known" || plain.status === "revoked" ? plain : finding;
}

function findUnder(entries: readonly KnownHost[], name: string, key: Buffer): Finding {
  const ours = entries.filter((entry) => isFor(entry, name));
  const revoked = ours.find((entry) => entry.marker === "revoked" && entry.key.equals(key));
  if (revoked !== undefined) return { status: "revoked", entry: revoked };
  const plain = ours.filter((entry) => entry.marker === undefined);
  const same = plain.find((entry) => entry.key.equals(key));
  if (same !== undefined) return { status: "known", entry: same };
  const type = keyType(key);
  const changed = plain.find((entry) => entry.type === type);
  if (changed !== undefined) return { status: "changed", entry: changed };
  return { status: "unknown", others: plain, authority: ours.find((entry) => entry.marker === "cert-authority") };
}

/**
 * Key types that the host is known by, so that they can be asked for first. Otherwise a host that is known by one key
 * may show another one, and look unknown.
 */
export function knownTypes(entries: readonly KnownHost[], identity: HostIdentity): ReadonlySet<string> {
  const under = (name: string): KnownHost[] => entries.filter((entry) => isFor(entry, name));
  const listed = under(lookupName(identity));
  const ours = listed.length > 0 || identity.alias !== undefined ? listed : under(knownHostName(identity.host, 22));
  const isRevoked = (entry: KnownHost): boolean =>
    ours.some((other) => other.marker === "revoked" && other.key.equals(entry.key));
  return new Set(ours.filter((entry) => entry.marker === undefined && !isRevoked(entry)).map(({ type }) => type));
}
