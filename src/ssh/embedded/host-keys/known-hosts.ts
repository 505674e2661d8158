// known_hosts files (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT): read, searched for a host, and added to.
import { createHmac, randomBytes } from "node:crypto";
import { appendFile, mkdir, open, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { ownEntry } from "../../../protocol/own-entry.ts";
import { matchesPatternList } from "../pattern.ts";

type Marker = "revoked" | "cert-authority";

export interface KnownHost {
  readonly marker: Marker | undefined;
  /** The first field: a pattern list, or one hashed name. */
  readonly names: string;
  /** `ssh-ed25519`, `ssh-rsa`, … */
  readonly type: string;
  readonly key: Buffer;
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
}

const markers: Readonly<Record<string, Marker>> = {
  "@revoked": "revoked",
  "@cert-authority": "cert-authority",
};

/** Lines that ssh cannot read are passed over, as ssh does. `file` is for messages. */
export function parseKnownHosts(text: string, file: string): KnownHost[] {
  return text.split("\n").flatMap((line, index) => parseLine(line, file, index + 1) ?? []);
}

function parseLine(text: string, file: string, line: number): KnownHost | undefined {
  const fields = text.trim().split(/[ \t]+/);
  const marker = fields[0]?.startsWith("@") ? fields.shift() : undefined;
  if (marker !== undefined && ownEntry(markers, marker) === undefined) return undefined;
  const [names = "", type = "", encoded = ""] = fields;
  if (names === "" || names.startsWith("#") || encoded === "") return undefined;
  const key = Buffer.from(encoded, "base64");
  // The blob begins with its own type (RFC 4253 section 6.6); anything else is no key, or not the one that it says.
  if (keyType(key) !== type) return undefined;
  return { marker: marker === undefined ? undefined : ownEntry(markers, marker), names, type, key, file, line };
}

/** The type that a public key blob names, or `undefined` if it is none. */
export function keyType(key: Buffer): string | undefined {
  if (key.length < 4) return undefined;
  const length = key.readUInt32BE(0);
  return length > key.length - 4 ? undefined : key.toString("latin1", 4, 4 + length);
}

/** The name under which a host is listed: `host`, or `[host]:port` unless the port is 22. */
export function knownHostName(host: string, port: number): string {
  const name = host.toLowerCase();
  return port === 22 ? name : `[${name}]:${port}`;
}

/** True when the entry is for `name`, which comes from {@link knownHostName}. */
export function isFor(entry: KnownHost, name: string): boolean {
  if (entry.names.startsWith("|")) return entry.names === hashedLike(entry.names, name);
  return matchesPatternList(entry.names.toLowerCase().split(","), name);
}

/** `name` hashed with the salt of `|1|salt|hash`: HMAC-SHA1, as ssh-keygen -H writes it. */
function hashedLike(hashed: string, name: string): string | undefined {
  const [, kind, salt = ""] = hashed.split("|");
  return kind === "1" ? hashName(name, Buffer.from(salt, "base64")) : undefined;
}

/** `|1|salt|hash`; `salt` is 20 random bytes. */
export function hashName(name: string, salt: Buffer): string {
  const hash = createHmac("sha1", salt).update(name).digest("base64");
  return `|1|${salt.toString("base64")}|${hash}`;
}

/** A file that does not exist, or that may not be read, knows nobody; `onUnreadable` gets the latter. */
export async function readKnownHosts(
  files: readonly string[],
  onUnreadable: (file: string, why: string) => void,
): Promise<KnownHost[]> {
  const entries: KnownHost[] = [];
  for (const file of files) {
    try {
      entries.push(...parseKnownHosts(await readFile(file, "utf8"), file));
    } catch (error) {
      const { code = String(error) } = error as NodeJS.ErrnoException;
      if (code !== "ENOENT" && code !== "ENOTDIR") onUnreadable(file, code);
    }
  }
  return entries;
}

/** Appends an entry, hashed if HashKnownHosts says so. A new file gets mode 0600, a new directory 0700, as from ssh. */
export async function recordHostKey(file: string, name: string, key: Buffer, hashed: boolean): Promise<void> {
  // One level, as ssh does. Any failure shows again, and better, when the file is opened.
  await mkdir(dirname(file), { mode: 0o700 }).catch(() => {});
  const shown = hashed ? hashName(name, randomBytes(20)) : name;
  const line = `${shown} ${keyType(key)} ${key.toString("base64")}\n`;
  await appendFile(file, `${(await endsInMidLine(file)) ? "\n" : ""}${line}`, { mode: 0o600 });
}

async function endsInMidLine(file: string): Promise<boolean> {
  const handle = await open(file, "r").catch(() => undefined);
  if (handle === undefined) return false;
  try {
    const { size } = await handle.stat();
    if (size === 0) return false;
    const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
    return buffer[0] !== 0x0a;
  } finally {
    await handle.close();
  }
}

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
