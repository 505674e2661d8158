// Who guesses learns neither from words nor from time which users there are (RFC 2577 section 7).
import { writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { MemoryFileSystem } from "../../src/index.ts";
import { makeAccounts } from "../../src/serve/accounts.ts";
import { type Rig, startRig } from "../server/rig.ts";
import { watchResources } from "../support/resources.ts";
import { makeTempDir } from "../support/tempdir.ts";

watchResources();

let rig: Rig;
beforeEach(async () => {
  rig = await startRig();
});
afterEach(() => rig[Symbol.asyncDispose]());

test("a wrong password and a user that is not there are answered in the same words", async () => {
  const answers = await Promise.all(
    ["alice", "nobody", "anonymous", "", "alice\xff\xff"].map(async (user) => {
      const peer = await rig.connect();
      await peer.reply();
      return [(await peer.command(`USER ${user || "?"}`)).lines, (await peer.command("PASS wrong")).lines];
    }),
  );
  expect(new Set(answers.map((lines) => JSON.stringify(lines)))).toEqual(
    new Set([JSON.stringify([["331 Please specify the password."], ["530 Login incorrect."]])]),
  );
});

test.each([14, 16])("a password check is made whether the user exists or not, at the costs of 2^%i", async (costs) => {
  const files = new MemoryFileSystem({ now: () => 0 });
  const here = makeTempDir("users");
  const tail = `${"a".repeat(22)}$${"b".repeat(43)}`;
  writeFileSync(here.file("users"), `alice:$scrypt$${2 ** costs}$8$1$${tail}\n`);
  const { authenticate } = await makeAccounts({ files, passwordFile: here.file("users") });
  here.remove();
  const { signal } = new AbortController();
  const cost = async (user: string): Promise<number> => {
    const begin = process.cpuUsage();
    for (let count = 0; count < 3; count += 1) {
      expect(
        await authenticate({ user, password: "wrong", address: "192.0.2.1", secure: true }, signal),
      ).toBeUndefined();
    }
    const { user: own, system } = process.cpuUsage(begin);
    return own + system;
  };
  // Time of the processor, not of the clock: other programs do not count. A skipped check would be a hundredth.
  await cost("alice");
  const [known, unknown] = [await cost("alice"), await cost("nobody")];
  expect(unknown / known).toBeGreaterThan(0.4);
  expect(unknown / known).toBeLessThan(2.5);
});
