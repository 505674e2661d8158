// Who guesses learns neither from words nor from time which users there are (RFC 2577 section 7).
import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { MemoryFileSystem } from "../../src/index.ts";
import { makeAccounts } from "../../src/serve/accounts.ts";
import { startEngine } from "../server/engine.ts";
import { watchResources } from "../support/resources.ts";
import { makeTempDir } from "../support/tempdir.ts";
import { until } from "../support/until.ts";
import { usersFile } from "../support/users-file.ts";

watchResources();

test("a wrong password and a user that is not there are answered in the same words", async () => {
  const files = new MemoryFileSystem({ now: () => 0 });
  const { authenticate } = await makeAccounts({ files, passwordFile: usersFile("alice", "secret") });
  // The waits for guessers pass at once, and nobody is late for it.
  const year = 365 * 86_400_000;
  await using engine = await startEngine({ files: () => files, authenticate, loginMs: year, idleMs: year });
  let isAnswered = false;
  const answering = Promise.all(
    ["alice", "nobody", "anonymous", "", "alice\xff\xff"].map(async (user) => {
      const peer = await engine.connect();
      await peer.reply();
      return [(await peer.command(`USER ${user || "?"}`)).lines, (await peer.command("PASS wrong")).lines];
    }),
  ).finally(() => {
    isAnswered = true;
  });
  await until("the answers", () => {
    if (!isAnswered) engine.clock.advance(1000);
    return isAnswered;
  });
  const answers = await answering;
  expect(new Set(answers.map((lines) => JSON.stringify(lines)))).toEqual(
    new Set([JSON.stringify([["331 Please specify the password."], ["530 Login incorrect."]])]),
  );
});

/** Costs with which no password of `sallyport passwd` is made, and so many checks that the processor's time shows them. */
test.each([
  [12, 5],
  [16, 1],
])("a password check is made whether the user exists or not, at the costs of 2^%i", async (costs, checks) => {
  const files = new MemoryFileSystem({ now: () => 0 });
  const here = makeTempDir("users");
  const tail = `${"a".repeat(22)}$${"b".repeat(43)}`;
  writeFileSync(here.file("users"), `alice:$scrypt$${2 ** costs}$8$1$${tail}\n`);
  const { authenticate } = await makeAccounts({ files, passwordFile: here.file("users") });
  here.remove();
  const { signal } = new AbortController();
  const cost = async (user: string): Promise<number> => {
    const begin = process.cpuUsage();
    for (let count = 0; count < checks; count += 1) {
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
