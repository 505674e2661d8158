// Users whose passwords cost little to check: what passwords cost has tests of its own (test/serve/passwords.test.ts).
import { randomBytes, scryptSync } from "node:crypto";
import { existsSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";

/** The least that the program accepts, a sixteenth of what `sallyport passwd` writes. */
const [N, r, p] = [1024, 8, 1];

/** A password file with that user, for `passwordFile` of `openServer`; one for each name and password of a run. */
export function usersFile(name: string, password: string): string {
  const path = join(inject("runDirectory"), `user-${Buffer.from(`${name}:${password}`).toString("base64url")}`);
  if (existsSync(path)) return path;
  const salt = randomBytes(16);
  const hash = scryptSync(password, salt, 32, { N, r, p });
  const unfinished = `${path}.${process.pid}`;
  const line = `${name}:$scrypt$${N}$${r}$${p}$${salt.toString("base64url")}$${hash.toString("base64url")}\n`;
  writeFileSync(unfinished, line, { mode: 0o600 });
  renameSync(unfinished, path);
  return path;
}
