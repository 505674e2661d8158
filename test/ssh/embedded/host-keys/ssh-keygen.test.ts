// Our reading of known_hosts is ssh-keygen's.
import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { fingerprint, rsaBits } from "../../../../src/ssh/embedded/host-keys/fingerprint.ts";
import {
  isFor,
  knownHostName,
  parseKnownHosts,
  recordHostKey,
} from "../../../../src/ssh/embedded/host-keys/known-hosts.ts";
import { fc } from "../../../support/fast-check.ts";
import { describePeers } from "../../../support/missing.ts";
import { watchResources } from "../../../support/resources.ts";
import { makeSshKey } from "../../../support/ssh-keys.ts";
import { makeTempDir, type TempDir } from "../../../support/tempdir.ts";

watchResources();

/** Line numbers at which ssh-keygen -F finds the name. */
function foundBySshKeygen(file: string, name: string): number[] {
  const { stdout } = spawnSync("ssh-keygen", ["-F", name, "-f", file], { encoding: "utf8" });
  return [...stdout.matchAll(/found: line (\d+)/g)].map(([, number]) => Number(number));
}

function foundByUs(text: string, name: string): number[] {
  return parseKnownHosts(text, "known_hosts")
    .filter((entry) => isFor(entry, name))
    .map(({ line }) => line);
}

const blob = (): Buffer => Buffer.from(makeSshKey().publicKey.split(" ")[1] ?? "", "base64");

describePeers(["sshd"], "ssh-keygen", () => {
  test("finds the same lines as we do, in generated files, plain and hashed", () => {
    const encoded = blob().toString("base64");
    const word = fc.constantFrom("gate", "door", "a.example.com", "b.example.com", "10.0.0.1");
    const port = fc.constantFrom(22, 2222);
    const name = fc.tuple(word, port).map(([host, number]) => knownHostName(host, number));
    const pattern = fc.oneof(
      name,
      fc.constantFrom("*", "*.example.com", "?ate", "!door", "!*.example.com", "[*]:2222"),
    );
    const marker = fc.constantFrom("", "", "", "@revoked ", "@cert-authority ");
    const line = fc
      .tuple(marker, fc.array(pattern, { minLength: 1, maxLength: 3 }))
      .map(([mark, patterns]) => `${mark}${patterns.join(",")} ssh-ed25519 ${encoded}`);
    const file = fc.array(
      fc.oneof({ weight: 5, arbitrary: line }, { weight: 1, arbitrary: fc.constantFrom("", "# x") }),
    );
    fc.assert(
      fc.property(file, name, fc.boolean(), (lines, asked, hashed) => {
        const dir = makeTempDir("keygen");
        try {
          const path = dir.file("known_hosts");
          writeFileSync(path, `${lines.join("\n")}\n`);
          if (hashed) spawnSync("ssh-keygen", ["-H", "-f", path]);
          const text = execFileSync("cat", [path], { encoding: "utf8" });
          expect(foundByUs(text, asked)).toEqual(foundBySshKeygen(path, asked));
        } finally {
          dir.remove();
        }
      }),
      { numRuns: 60 },
    );
  });

  test.each([
    ["plain", false],
    ["hashed", true],
  ])("finds the entry that we recorded, %s", async (_how, hashed) => {
    const dir: TempDir = makeTempDir("record");
    try {
      const path = dir.file("new/known_hosts");
      const key = blob();
      await recordHostKey(path, "[gate]:2222", key, hashed);
      await recordHostKey(path, "door", blob(), hashed);
      expect(foundBySshKeygen(path, "[gate]:2222")).toEqual([1]);
      expect(foundBySshKeygen(path, "door")).toEqual([2]);
      const listing = execFileSync("ssh-keygen", ["-l", "-F", "[gate]:2222", "-f", path], { encoding: "utf8" });
      expect(listing).toContain(fingerprint(key));
      const modes = execFileSync("stat", ["-c", "%a", dir.file("new"), path], { encoding: "utf8" });
      expect(modes.split("\n").slice(0, 2)).toEqual(["700", "600"]);
    } finally {
      dir.remove();
    }
  });

  test("counts the bits of an RSA key as we do", () => {
    const text = makeSshKey("rsa").publicKey;
    expect(rsaBits(Buffer.from(text.split(" ")[1] ?? "", "base64"))).toBe(3072);
  });
});

test("an entry is recorded on its own line although the file ends in mid-line", async () => {
  const dir = makeTempDir("record");
  try {
    const path = dir.file("known_hosts");
    writeFileSync(path, "# no newline");
    await recordHostKey(path, "gate", blob(), false);
    const { length } = parseKnownHosts(execFileSync("cat", [path], { encoding: "utf8" }), path);
    expect(length).toBe(1);
  } finally {
    dir.remove();
  }
});
