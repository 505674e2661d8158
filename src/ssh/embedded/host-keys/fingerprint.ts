// How keys are shown.

import { createHash } from "node:crypto";
import { ownEntry } from "../../../protocol/own-entry.ts";
import { keyType } from "./known-hosts.ts";

/** `SHA256:…` without padding, as ssh-keygen -l writes it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
}

const names: Readonly<Record<string, string>> = {
  "ssh-ed25519": "ED25519",
  "ssh-rsa": "RSA",
  "ssh-dss": "DSA",
  "ecdsa-sha2-nistp256": "ECDSA",
  "ecdsa-sha2-nistp384": "ECDSA",
  "ecdsa-sha2-nistp521": "ECDSA",
};

/** `ED25519`, or the type as the key spells it. */
export function keyName(key: Buffer): string {
  const type = keyType(key) ?? "unknown";
  return ownEntry(names, type) ?? type;
}

/** Bits of an RSA key's modulus, or `undefined` for other keys (RFC 4253 section 6.6: type, e, n). */
export function rsaBits(key: Buffer): number | undefined {
  if (keyType(key) !== "ssh-rsa") return undefined;
  const afterType = 4 + key.readUInt32BE(0);
  if (afterType + 4 > key.length) return 0;
  const afterExponent = afterType + 4 + key.readUInt32BE(afterType);
  const modulus = afterExponent + 4 > key.length ? Buffer.alloc(0) : key.subarray(afterExponent + 4);
  const first = modulus.findIndex((byte) => byte !== 0);
  return first < 0 ? 0 : (modulus.length - first - 1) * 8 + (32 - Math.clz32(modulus[first] ?? 0));
}
