// Which algorithms are offered, in which order (RFC 4253 section 7.1).

import type { Algorithms } from "ssh2";
import { SallyportError } from "../../../protocol/error.ts";
import { ownEntry } from "../../../protocol/own-entry.ts";
import { matchesPatternList } from "../pattern.ts";
import { type ConfigSource, configured, first } from "./config-values.ts";

type Kind = "kex" | "serverHostKey" | "cipher" | "hmac";

interface Offer {
  readonly keyword: string;
  /** Offered unless configured. AES-GCM first: 660 MB/s on loopback, ChaCha20-Poly1305 490, AES-CTR 340; without ssh2's
   *  native add-on 400, 290, 120 (Node 20, measured in one run). */
  readonly usual: readonly string[];
  /** ssh2 can do these, too, but only if they are asked for. */
  readonly onRequest: readonly string[];
}

const offers: Readonly<Record<Kind, Offer>> = {
  kex: {
    keyword: "kexalgorithms",
    usual: [
      "curve25519-sha256",
      "curve25519-sha256@libssh.org",
      "ecdh-sha2-nistp256",
      "ecdh-sha2-nistp384",
      "ecdh-sha2-nistp521",
      "diffie-hellman-group-exchange-sha256",
      "diffie-hellman-group16-sha512",
      "diffie-hellman-group18-sha512",
      "diffie-hellman-group14-sha256",
    ],
    onRequest: [
      "diffie-hellman-group15-sha512",
      "diffie-hellman-group17-sha512",
      "diffie-hellman-group-exchange-sha1",
      "diffie-hellman-group14-sha1",
      "diffie-hellman-group1-sha1",
    ],
  },
  serverHostKey: {
    keyword: "hostkeyalgorithms",
    usual: [
      "ssh-ed25519",
      "ecdsa-sha2-nistp256",
      "ecdsa-sha2-nistp384",
      "ecdsa-sha2-nistp521",
      "rsa-sha2-512",
      "rsa-sha2-256",
    ],
    onRequest: ["ssh-rsa", "ssh-dss"],
  },
  cipher: {
    keyword: "ciphers",
    usual: [
      "aes128-gcm@openssh.com",
      "aes256-gcm@openssh.com",
      "chacha20-poly1305@openssh.com",
      "aes128-ctr",
      "aes192-ctr",
      "aes256-ctr",
    ],
    onRequest: ["aes256-cbc", "aes192-cbc", "aes128-cbc", "3des-cbc"],
  },
  hmac: {
    keyword: "macs",
    usual: [
      "hmac-sha2-256-etm@openssh.com",
      "hmac-sha2-512-etm@openssh.com",
      "hmac-sha1-etm@openssh.com",
      "hmac-sha2-256",
      "hmac-sha2-512",
      "hmac-sha1",
    ],
    onRequest: ["hmac-md5", "hmac-sha2-256-96", "hmac-sha2-512-96", "hmac-sha1-96", "hmac-md5-96"],
  },
};

/** The algorithms that make use of each type of host key. */
const signedBy: Readonly<Record<string, readonly string[]>> = {
  "ssh-rsa": ["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"],
};

/** `knownTypes`: types of the host's keys in known_hosts, which are asked for first unless HostKeyAlgorithms is set. */
export function chooseAlgorithms(source: ConfigSource, knownTypes: ReadonlySet<string>): Algorithms {
  const known = new Set([...knownTypes].flatMap((type) => ownEntry(signedBy, type) ?? [type]));
  const hostKeys = chosen(source, "serverHostKey");
  const preferred = configured(source, offers.serverHostKey.keyword) === undefined ? known : new Set<string>();
  const compress = isOn(first(source.config, "compression")) ? ["zlib@openssh.com", "none"] : ["none"];
  return {
    kex: chosen(source, "kex"),
    serverHostKey: [
      ...hostKeys.filter((name) => preferred.has(name)),
      ...hostKeys.filter((name) => !preferred.has(name)),
    ],
    cipher: chosen(source, "cipher"),
    hmac: chosen(source, "hmac"),
    compress,
  } as Algorithms;
}

function isOn(value: string | undefined): boolean {
  return value === "yes" || value === "true";
}

function chosen(source: ConfigSource, kind: Kind): string[] {
  const { keyword, usual, onRequest } = offers[kind];
  const requested = configured(source, keyword);
  if (requested === undefined) return [...usual];
  const asked = assemble(requested, usual, [...usual, ...onRequest]);
  if (asked.length > 0) return asked;
  throw new SallyportError("SSH_CONFIG", `the embedded SSH has none of the algorithms in ${keyword} ${requested}`, {
    hint: `Use --ssh openssh, or allow one of: ${usual.join(", ")}`,
  });
}

/** `+` adds, `-` removes, `^` puts first; anything else is the list itself (ssh_config(5), Ciphers). */
function assemble(requested: string, usual: readonly string[], able: readonly string[]): string[] {
  const sign = /^[+^-]/.exec(requested)?.[0];
  const names = (sign === undefined ? requested : requested.slice(1)).split(",");
  // In the order of the request; a pattern takes what matches in our own order.
  const listed = [...new Set(names.flatMap((name) => able.filter((have) => matchesPatternList([name], have))))];
  const rest = usual.filter((name) => !listed.includes(name));
  if (sign === "-") return rest;
  if (sign === "+") return [...usual, ...listed.filter((name) => !usual.includes(name))];
  return sign === "^" ? [...listed, ...rest] : listed;
}
