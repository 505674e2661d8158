import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import ssh2 from "ssh2";
import { describe, expect, test } from "vitest";
import { generateKey } from "../../../src/ssh/embedded/generate-key.ts";
import { describePeers } from "../../support/missing.ts";
import { makeTempDir } from "../../support/tempdir.ts";

/** The public line of a key, by ssh2's reading. */
function publicLineOf(text: string): string {
  const parsed = ssh2.utils.parseKey(text);
  const key = Array.isArray(parsed) ? parsed[0]! : parsed;
  return key instanceof Error ? key.message : `${key.type} ${key.getPublicSSH().toString("base64")}`;
}

describe("a generated key", () => {
  test("is read again, and both halves belong together; every time, also when a half begins with a zero", () => {
    for (let count = 0; count < 2000; count += 1) {
      const { privateKey, publicKey } = generateKey();
      expect(publicLineOf(privateKey)).toBe(publicKey);
    }
  });

  test("signs what its public half verifies", () => {
    const { privateKey, publicKey } = generateKey();
    const [secret, open] = [privateKey, publicKey].map((text) => ssh2.utils.parseKey(text)) as [
      ssh2.ParsedKey,
      ssh2.ParsedKey,
    ];
    const signature = secret.sign("message");
    expect(open.verify("message", signature)).toBe(true);
    expect(open.verify("another", signature)).toBe(false);
  });

  test("is another one each time", () => {
    expect(generateKey().publicKey).not.toBe(generateKey().publicKey);
  });
});

describePeers(["ssh"], "ssh-keygen", () => {
  test("reads a generated key", () => {
    const dir = makeTempDir("key");
    const { privateKey, publicKey } = generateKey();
    writeFileSync(dir.file("key"), privateKey, { mode: 0o600 });
    const { stdout, stderr } = spawnSync("ssh-keygen", ["-y", "-f", dir.file("key")], { encoding: "utf8" });
    dir.remove();
    expect([stdout.trim(), stderr]).toEqual([publicKey, ""]);
  });
});
