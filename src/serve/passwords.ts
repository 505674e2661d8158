// How passwords are kept and judged: hashes, the file that `sallyport passwd` writes, and how many are judged at once.
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { readPrivateFile } from "../admission/private-file.ts";
import { SallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";

/** 2^14 times 8 times 128 bytes: 16 MiB and some 50 ms a check. */
const cost = { N: 16_384, r: 8, p: 1 } as const;
const hashBytes = 32;

interface ParsedHash {
  readonly N: number;
  readonly r: number;
  readonly p: number;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

function derive(
  password: Buffer,
  salt: Buffer,
  { N, r, p }: typeof cost | ParsedHash,
  length: number,
): Promise<Buffer> {
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
  const parsed = parseHash(text);
  if (parsed === undefined) return false;
  const hash = await derive(Buffer.from(password, "latin1"), parsed.salt, parsed, parsed.hash.length);
  return timingSafeEqual(hash, parsed.hash);
}

export function isPasswordHash(text: string): boolean {
  return parseHash(text) !== undefined;
}

function parseHash(text: string): ParsedHash | undefined {
  const match = /^\$scrypt\$(\d{1,7})\$(\d{1,2})\$(\d{1,2})\$([\w-]{16,})\$([\w-]{22,88})$/.exec(text);
  if (match === null) return undefined;
  const [N = 0, r = 0, p = 0] = match.slice(1, 4).map(Number);
  // A power of two; and no file makes one login cost more than 128 MiB or a few seconds.
  const sane = N >= 1024 && (N & (N - 1)) === 0 && r >= 1 && p >= 1 && N * r <= 1_048_576 && p <= 8;
  if (!sane) return undefined;
  return { N, r, p, salt: Buffer.from(match[4] ?? "", "base64url"), hash: Buffer.from(match[5] ?? "", "base64url") };
}

export class CheckQueue {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  /** Runs the check when its turn comes. */
  async run<T>(check: () => Promise<T>): Promise<T> {
    if (this.#running >= limits.passwordChecksMax) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running += 1;
    try {
      return await check();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}

interface PasswordEntry {
  /** One character per byte. */
  readonly name: string;
  readonly hash: string;
  /** Directory of this user, as written. Absent: the server's. */
  readonly root?: string;
  readonly readOnly: boolean;
}

/** Throws `CONFIG_INVALID` and the number of the line that is wrong; never a line itself. */
export function parsePasswordFile(text: string, file: string): PasswordEntry[] {
  const entries: PasswordEntry[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    const [name = "", hash = "", root = "", rights = "", ...more] = line.trimEnd().split(":");
    const wrong = (why: string): SallyportError =>
      new SallyportError("CONFIG_INVALID", `${file}, line ${index + 1}: ${why}`, {
        hint: "A line is name:hash, name:hash:root or name:hash:root:ro; `sallyport passwd` writes it.",
      });
    if (name === "" || more.length > 0 || (rights !== "" && rights !== "ro")) throw wrong("this is not a user");
    if (!isPasswordHash(hash)) throw wrong("the second field is not a password hash");
    if (entries.some((entry) => entry.name === name)) throw wrong("this user appears twice");
    entries.push({ name, hash, ...(root === "" ? {} : { root }), readOnly: rights === "ro" });
  }
  return entries;
}

/** Throws `CONFIG_INVALID` also when others could have written it: who may write it, may log in. */
export async function readPasswordFile(file: string): Promise<PasswordEntry[]> {
  const bytes = await readPrivateFile(file, { secret: false, bytesMax: limits.passwordFileBytesMax });
  if (bytes === undefined) throw new SallyportError("CONFIG_INVALID", `the password file ${file} is not there`);
  return parsePasswordFile(bytes.toString("latin1"), file);
}
