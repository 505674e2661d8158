// The whole program: a user is made, the server runs, a client comes, a signal ends it.
import { readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { watchResources } from "../../support/resources.ts";
import { makeTempDir } from "../../support/tempdir.ts";
import { TestClient } from "../../support/test-client.ts";
import { type BuiltProgram, buildProgram, run, start } from "../support/built-program.ts";

watchResources();

let program: BuiltProgram;
beforeAll(() => {
  program = buildProgram();
});

/** A program that answers password questions. */
function asking(file: string, answer: string): Record<string, string> {
  writeFileSync(file, `#!/bin/sh\necho '${answer}'\n`, { mode: 0o755 });
  return { SSH_ASKPASS: file, SSH_ASKPASS_REQUIRE: "force", DISPLAY: ":0" };
}

test("passwd writes a user, serve lets that user in, and SIGTERM ends it with 0", async () => {
  const here = makeTempDir("serve");
  const users = here.file("users");
  writeFileSync(here.file("a"), "hello");
  const env = asking(here.file("ask"), "secret");
  // Somebody else's link, at a name that could be foreseen.
  writeFileSync(here.file("victim"), "untouched");
  symlinkSync(here.file("victim"), `${users}.new`);
  for (const _ of ["new", "again"]) {
    expect(await run(program.real, ["passwd", "alice", users], { env })).toEqual({
      ended: "exit 0",
      stdout: "",
      stderr: "",
    });
  }
  expect(readFileSync(users, "utf8")).toMatch(/^alice:\$scrypt\$[^\n]+\n$/);
  expect(statSync(users).mode & 0o777).toBe(0o600);
  expect(readFileSync(here.file("victim"), "utf8")).toBe("untouched");
  await using serving = start(program.real, ["serve", here.path, "--listen", "0", "--password-file", users, "-v"]);
  const [, port] = await serving.sees(/^ftp:\/\/127\.0\.0\.1:(\d+) \(this machine only/m);
  const peer = await (await TestClient.connect({ port: Number(port) })).login();
  expect((await peer.download("RETR a")).text).toBe("hello");
  await serving.sees(/RETR a: 5 bytes/);
  serving.kill("SIGTERM");
  expect((await peer.reply()).code).toBe(421);
  peer[Symbol.dispose]();
  expect(await serving.ended).toBe("exit 0");
  here.remove();
});

test("--user asks, --json tells, --trace shows everything but the password", async () => {
  const here = makeTempDir("serve");
  const env = asking(here.file("ask"), "hunter2");
  const args = ["serve", here.path, "--listen", "0", "--user", "bob", "--json", "--trace", here.file("trace")];
  await using serving = start(program.real, args, { env });
  const [line] = await serving.sees(/^\{"event":"listening".*\}$/m);
  const peer = await (await TestClient.connect({ port: JSON.parse(line).port })).login("bob", "hunter2");
  await peer.command("QUIT");
  peer[Symbol.dispose]();
  serving.kill("SIGINT");
  expect(await serving.ended).toBe("exit 0");
  expect(serving.stdout()).toContain('{"event":"closed"}');
  const trace = readFileSync(here.file("trace"), "utf8");
  expect(trace).toContain("PASS ***");
  expect(trace).not.toContain("hunter2");
  here.remove();
});

test("listening on every address warns, and so do hashes that everybody can read", async () => {
  const here = makeTempDir("serve");
  const users = here.file("users");
  writeFileSync(users, "# nobody yet\n", { mode: 0o644 });
  const args = ["serve", here.path, "--listen", "*:0", "--anonymous", "--password-file", users];
  await using serving = start(program.real, args);
  await serving.sees(/warning: every user of this machine can read the hashes in .*users .*: chmod o-r/);
  await serving.sees(/warning: other machines can connect/);
  serving.kill("SIGTERM");
  expect(await serving.ended).toBe("exit 0");
  here.remove();
});

test.each([
  [["serve"], "exit 2", /nobody could log in/],
  [["serve", "/no/such", "--anonymous"], "exit 1", /no such file or directory/],
  [
    ["serve", ".", "--anonymous", "--tls-certificate", "/no", "--tls-key", "/no"],
    "exit 2",
    /\/no cannot be read: ENOENT/,
  ],
] as const)("%j ends with %s", async (args, ended, message) => {
  const result = await run(program.real, args);
  expect(result.ended).toBe(ended);
  expect(result.stderr).toMatch(message);
});
