// known_hosts as data: sshd(8), section SSH_KNOWN_HOSTS FILE FORMAT.

import { createHmac } from "node:crypto";
import { ownEntry } from "../../../protocol/own-entry.ts";
import { matchesPatternList } from "../pattern.ts";

export type Marker = "revoked" | "cert-authority";

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
