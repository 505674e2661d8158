// Private keys in the forms that people have them.
import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readKeyFile } from "../../../src/ssh/embedded/authentication/key-file.ts";
import { makeTempDir, type TempDir } from "../../support/tempdir.ts";

let dir: TempDir;
let told: string[];
beforeEach(() => {
  dir = makeTempDir("keys");
  told = [];
});
afterEach(() => dir.remove());

const format = { type: "pkcs8", format: "pem" } as const;
const pkcs8: Readonly<Record<string, () => string>> = {
  rsa: () => generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export(format) as string,
  ec: () => generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export(format) as string,
  ed25519: () => generateKeyPairSync("ed25519").privateKey.export(format) as string,
};

const read = (name: string, text: string) => {
  writeFileSync(dir.file(name), text, { mode: 0o600 });
  return readKeyFile(dir.file(name), (line) => void told.push(line));
};

test.each([
  ["rsa", "ssh-rsa"],
  ["ec", "ecdsa-sha2-nistp256"],
])("a PKCS#8 key of kind %s is read", async (kind, type) => {
  expect((await read("key", pkcs8[kind]?.() ?? ""))?.publicKey?.type).toBe(type);
  expect(told).toEqual([]);
});

test("a PKCS#8 key that ssh2 has no form for is told, with what to do", async () => {
  expect(await read("key", pkcs8["ed25519"]?.() ?? "")).toBeUndefined();
  expect(told.join()).toMatch(/it is PKCS#8\. Rewrite it with: ssh-keygen -p -f .*key; or use --ssh openssh/);
});

test("a certificate beside a key is told", async () => {
  writeFileSync(dir.file("key-cert.pub"), "ssh-rsa-cert-v01@openssh.com AAAA");
  await read("key", pkcs8["rsa"]?.() ?? "");
  expect(told.join()).toMatch(/does not use the certificate .*key-cert\.pub; --ssh openssh does/);
});
