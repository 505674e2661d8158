// The server's own keys.
import ssh2, { type ParsedKey } from "ssh2";
import { SallyportError } from "../../../protocol/error.ts";
import { fingerprint } from "../host-keys/fingerprint.ts";
import { knownHostName } from "../host-keys/known-hosts.ts";

export interface HostKeys {
  /** `ssh-ed25519 AAAA…`, of the first. */
  readonly first: string;
  readonly fingerprint: string;
  /** Lines for known_hosts. */
  knownHosts(host: string, port: number): string;
}

/** Throws `CONFIG_INVALID`; no key is ever in a message. */
export function readHostKeys(texts: readonly string[]): HostKeys {
  const keys = texts.map(parse);
  const [first] = keys;
  if (first === undefined) throw new SallyportError("CONFIG_INVALID", "an SSH server needs a host key");
  return {
    first: publicLine(first),
    fingerprint: fingerprint(first.getPublicSSH()),
    knownHosts: (host, port) => keys.map((key) => `${knownHostName(host, port)} ${publicLine(key)}\n`).join(""),
  };
}

/** With an RSA key ssh2's Server offers signatures with SHA-1, too, whatever its options are. */
const kinds = /^(?:ssh-ed25519|ecdsa-sha2-nistp(?:256|384|521))$/;

function parse(text: string): ParsedKey {
  const parsed: unknown = ssh2.utils.parseKey(text);
  const key: unknown = Array.isArray(parsed) ? parsed[0] : parsed;
  if (!(key instanceof Error) && (key as ParsedKey).isPrivateKey()) return assertModern(key as ParsedKey);
  throw new SallyportError("CONFIG_INVALID", "a host key of the SSH server cannot be read", {
    hint: "It must be a private key without a passphrase; ssh-keygen -t ed25519 makes one.",
  });
}

function assertModern(key: ParsedKey): ParsedKey {
  if (kinds.test(key.type)) return key;
  throw new SallyportError("CONFIG_INVALID", `a host key of type ${key.type} is not used here`, {
    hint: "ssh-keygen -t ed25519 makes one.",
  });
}

function publicLine(key: ParsedKey): string {
  return `${key.type} ${key.getPublicSSH().toString("base64")}`;
}
