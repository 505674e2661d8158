// Passwords as they are kept: scrypt (RFC 7914) with the costs in the text, so that they can grow.
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";

/** 2^14 times 8 times 128 bytes: 16 MiB and some 50 ms a check. */
const cost = { N: 16_384, r: 8, p: 1 } as const;
const hashBytes = 32;

interface Parsed {
  readonly N: number;
  readonly r: number;
  readonly p: number;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

function derive(password: Buffer, salt: Buffer, { N, r, p }: typeof cost | Parsed, length: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, length, { N, r, p, maxmem: 256 * N * r }, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}

/** `$scrypt$16384$8$1$salt$hash`, salt and hash in base64url. `password` is one character per byte. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(Buffer.from(password, "latin1"), salt, cost, hashBytes);
  return `$scrypt$${cost.N}$${cost.r}$${cost.p}$${salt.toString("base64url")}$${hash.toString("base64url")}`;
}

/** False for a text that is no such hash too; see {@link isPasswordHash}. */
export async function checkPassword(password: string, text: string): Promise<boolean> {
  const parsed = parse(text);
  if (parsed === undefined) return false;
  const hash = await derive(Buffer.from(password, "latin1"), parsed.salt, parsed, parsed.hash.length);
  return timingSafeEqual(hash, parsed.hash);
}

export function isPasswordHash(text: string): boolean {
  return parse(text) !== undefined;
}

function parse(text: string): Parsed | undefined {
  const match = /^\$scrypt\$(\d{1,7})\$(\d{1,2})\$(\d{1,2})\$([\w-]{16,})\$([\w-]{22,88})$/.exec(text);
  if (match === null) return undefined;
  const [N = 0, r = 0, p = 0] = match.slice(1, 4).map(Number);
  // A power of two; and no file makes one login cost more than 128 MiB or a few seconds.
  const sane = N >= 1024 && (N & (N - 1)) === 0 && r >= 1 && p >= 1 && N * r <= 1_048_576 && p <= 8;
  if (!sane) return undefined;
  return { N, r, p, salt: Buffer.from(match[4] ?? "", "base64url"), hash: Buffer.from(match[5] ?? "", "base64url") };
}
