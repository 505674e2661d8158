// What the server offers in the key exchange (RFC 4253 section 7), and whether a client has guessed it: nothing that OpenSSH has
// given up, no SHA-1 but in MACs of old clients.
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

const cookieBytes = 16;

/** What one side likes best. */
interface FirstNames {
  readonly kex: string | undefined;
  readonly hostKey: string | undefined;
}

/**
 * A client may send the first packet of the key exchange that it expects, behind its KEXINIT (RFC 4253 section 7). Dropbear does, at the
 * beginning and whenever it rekeys. The guess is right when both sides like the same key exchange best, and the same host key.
 * `kexInit` is the client's.
 */
export function isRightGuess(kexInit: Buffer, own: FirstNames): boolean {
  const [kex, hostKey] = firstNames(kexInit);
  return kex === own.kex && hostKey === own.hostKey;
}

/** The first entries of the first two name-lists. */
function firstNames(payload: Buffer): string[] {
  const names: string[] = [];
  for (let at = 1 + cookieBytes; names.length < 2 && at + 4 <= payload.length; ) {
    const length = payload.readUInt32BE(at);
    const [first = ""] = payload.toString("latin1", at + 4, at + 4 + length).split(",");
    names.push(first);
    at += 4 + length;
  }
  return names;
}
