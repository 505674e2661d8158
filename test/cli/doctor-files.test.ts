// --html and --bundle: what is written, and that no secret is in it, wherever it was planted.
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseDoctor } from "../../src/cli/doctor/doctor-command.ts";
import { DoctorFiles } from "../../src/cli/doctor/doctor-files.ts";
import type { Facts } from "../../src/doctor/facts.ts";
import { reportOf } from "../../src/doctor/report.ts";
import { SallyportError } from "../../src/protocol/error.ts";
import { makeReply } from "../../src/protocol/reply.ts";
import { makeTempDir } from "../support/tempdir.ts";

const secrets = {
  url: "url-Pa55/w@rd",
  netrc: "netrc.pass+1",
  ssh: "ssh pass phrase",
  environment: "env-token-77",
  key: "b3BlbnNzaC1rZXktdjEAAAAA",
};
const { url, netrc, ssh, environment, key } = secrets;
const everything = Object.values(secrets).join(" | ");
const privateKey = `-----BEGIN OPENSSH PRIVATE KEY-----\n${key}\n-----END OPENSSH PRIVATE KEY-----`;
const echoed = `welcome zaphod, ${everything}, ${encodeURIComponent(url)}, ${privateKey}`;

/** A server that repeats every secret in its greeting, its replies and its features. */
const facts: Facts = {
  controls: [
    {
      way: "direct",
      target: { host: "ftp-host", port: 21 },
      greeting: makeReply(220, echoed),
      system: echoed,
      features: [echoed],
      isLoggedIn: false,
      isSecure: false,
      error: new SallyportError("FTP_LOGIN", `530 ${echoed}`, {
        cause: new SallyportError("NET_RESET", echoed),
        details: { reply: 530, said: echoed },
        hint: echoed,
      }),
    },
  ],
  data: [],
};

async function write(...words: readonly string[]) {
  const command = parseDoctor([...words, `ftp://zaphod:${encodeURIComponent(url)}@ftp-host`]);
  const env = { MY_API_TOKEN: environment, USER: "zaphod", LANG: "C", SSH_AUTH_SOCK: "/tmp/zaphod/agent" };
  const files = new DoctorFiles(command, env);
  await files.check();
  const { signal } = new AbortController();
  const ask = files.remembering(async () => ssh);
  await ask({ kind: "passphrase", text: "Passphrase: ", echo: false }, signal);
  const emit = files.recorder(1);
  emit({ type: "ftp.reply", side: "upstream", origin: "server", lines: [echoed] });
  emit({ type: "ftp.command", side: "upstream", origin: "client", line: `PASS ${netrc}` });
  const report = reportOf(facts, { server: "ftp-host:21", complete: true });
  return files.write(report, facts, { host: "ftp-host", user: "zaphod", password: netrc });
}

test("a bundle has all that was seen and no secret, and only its owner reads it", async () => {
  await using folder = makeTempDir("doctor-files");
  const file = join(folder.path, "bundle.json");
  const said = await write("--bundle", file, "--via", "zaphod@ssh-host");
  expect(said.join()).toContain(`wrote ${file}`);
  const text = await readFile(file, "utf8");
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  for (const secret of [...Object.values(secrets), encodeURIComponent(url), "zaphod", "Pa55"]) {
    expect(text).not.toContain(secret);
  }
  const bundle = JSON.parse(text);
  expect(bundle.contents.removed).toContain("passwords");
  expect(bundle.about.args).toContain("--bundle");
  expect(bundle.about.environment).toEqual(["LANG", "SSH_AUTH_SOCK"]);
  expect(bundle.report.findings[0].evidence.join()).toContain("welcome [user], [secret]");
  expect(bundle.facts.controls[0].error).toMatchObject({ code: "FTP_LOGIN", cause: { code: "NET_RESET" } });
  expect(bundle.dialogue).toHaveLength(2);
  expect(bundle.dialogue[1].line).toBe("PASS [secret]");
});

test("a page is one file with the path and the finding, and says nothing of the password", async () => {
  await using folder = makeTempDir("doctor-files");
  const file = join(folder.path, "page.html");
  await write("--html", file);
  const text = await readFile(file, "utf8");
  expect(text).toMatch(/^<!doctype html>/);
  expect(text).toContain("The server does not let the user in");
  expect(text.match(/<svg/g)?.length).toBeGreaterThan(2);
});

test("a directory is refused before anything is looked at", async () => {
  await using folder = makeTempDir("doctor-files");
  await expect(write("--bundle", folder.path)).rejects.toMatchObject({ code: "FS_IS_DIRECTORY" });
});
