// A client may send the first packet of the key exchange that it expects, behind its KEXINIT (RFC 4253 section 7). Dropbear
// does, at the beginning and whenever it rekeys.

const cookieBytes = 16;

/** What one side likes best. */
export interface FirstNames {
  readonly kex: string | undefined;
  readonly hostKey: string | undefined;
}

/** The guess is right when both sides like the same key exchange best, and the same host key. `kexInit` is the client's. */
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
