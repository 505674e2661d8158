// The refusals of a host key, each with what the user can do.
import { SallyportError } from "../../../protocol/error.ts";
import { fingerprint, keyName } from "./fingerprint.ts";
import { type HostIdentity, lookupName } from "./known-host-lookup.ts";
import type { KnownHost } from "./known-hosts-file.ts";

const place = (entry: KnownHost): string => `${entry.file}:${entry.line}`;

function refusal(message: string, hint: string): SallyportError {
  return new SallyportError("SSH_HOST_KEY", message, { details: { phase: "host key" }, hint });
}

export function changedKey(host: HostIdentity, key: Buffer, entry: KnownHost): SallyportError {
  const name = lookupName(host);
  return refusal(
    `the host key of ${name} has changed: its ${keyName(key)} key is ${fingerprint(key)}, another one is known (${place(entry)})`,
    `Somebody may be in between. If the key was changed on purpose, remove the old one: ssh-keygen -f ${entry.file} -R '${name}'`,
  );
}

export function revokedKey(host: HostIdentity, key: Buffer, entry: KnownHost): SallyportError {
  return refusal(
    `the host key of ${lookupName(host)} is marked as revoked (${place(entry)}): ${keyName(key)} ${fingerprint(key)}`,
    "The key may have been stolen. Ask the administrator of the SSH server for a new one.",
  );
}

export function unknownKey(host: HostIdentity, key: Buffer, why: string): SallyportError {
  const port = host.port === 22 ? "" : `-p ${host.port} `;
  return refusal(
    `the host key of ${lookupName(host)} is not known: ${keyName(key)} ${fingerprint(key)}; ${why}`,
    `Compare the fingerprint with the server's, then accept the key once with: ssh ${port}${host.host}`,
  );
}

export function onlyCertificates(host: HostIdentity, authority: KnownHost): SallyportError {
  return refusal(
    `${lookupName(host)} is known by a certificate authority (${place(authority)}), and the embedded SSH cannot check host certificates`,
    "Use --ssh openssh, or add the server's own key to known_hosts.",
  );
}

export function smallKey(host: HostIdentity, bits: number, least: number): SallyportError {
  return refusal(
    `the RSA host key of ${lookupName(host)} has ${bits} bits, fewer than RequiredRSASize ${least}`,
    "Ask the administrator of the SSH server for a larger key or one of another type.",
  );
}
