// What the server offers (RFC 4253 section 7.1): nothing that OpenSSH has given up, no SHA-1 but in MACs of old clients.
import type { Algorithms } from "ssh2";
import { chooseAlgorithms } from "../configuration/algorithms.ts";

const { kex, cipher, hmac } = chooseAlgorithms({ config: new Map(), defaults: new Map() }, new Set());

/** The host keys say with which algorithms they sign. No compression: it would cost more than it saves on most lines. */
export const serverAlgorithms: Algorithms = {
  kex,
  cipher,
  hmac,
  serverHostKey: ["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"],
  compress: ["none"],
} as Algorithms;
