// What the server offers (RFC 4253 section 7.1): nothing that OpenSSH has given up, no SHA-1 but in MACs of old clients.
import type { Algorithms } from "ssh2";
import { chooseAlgorithms } from "../configuration/algorithms.ts";

const { kex, cipher, hmac } = chooseAlgorithms({ config: new Map(), defaults: new Map() }, new Set());

/** ssh2 cannot do it as a server: whoever chose it would fail. */
const impossible = /^diffie-hellman-group-exchange-/;
/** For clients that have nothing else: NIST's curves, and SHA-1. */
const last = /^ecdh-sha2-nistp|sha1/;

function inOrder(names: unknown): string[] {
  const able = (names as readonly string[]).filter((name) => !impossible.test(name));
  return [...able.filter((name) => !last.test(name)), ...able.filter((name) => last.test(name))];
}

/** The host keys say with which algorithms they sign. No compression: it would cost more than it saves on most lines. */
export const serverAlgorithms: Algorithms = {
  kex: inOrder(kex),
  cipher,
  hmac: inOrder(hmac),
  serverHostKey: ["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"],
  compress: ["none"],
} as Algorithms;
