// Keys in files and in an agent, against a real sshd.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { describePeers } from "../../support/missing.ts";
import { watchResources } from "../../support/resources.ts";
import { clientKey, makeSshKey, type SshKey } from "../../support/ssh-keys.ts";
import { type Sshd, startSshd } from "../../support/sshd.ts";
import { makeTempDir, type TempDir } from "../../support/tempdir.ts";
import { failureOf, openTo, witness } from "./open.ts";

watchResources();

let dir: TempDir;
beforeEach(() => {
  dir = makeTempDir("keys");
});
afterEach(() => dir.remove());

function store(name: string, key: SshKey, mode = 0o600): string {
  writeFileSync(dir.file(name), key.privateKey);
  chmodSync(dir.file(name), mode);
  return dir.file(name);
}

/** sshd lets this key in, and the client's configuration leads to none. */
async function admitting(key: SshKey, clientLines: readonly string[] = []): Promise<Sshd> {
  const sshd = await startSshd({ clientLines });
  rmSync(sshd.files.identityFile);
  writeFileSync(sshd.files.authorizedKeys, key.publicKey);
  return sshd;
}

async function startAgent(keys: readonly string[]): Promise<{ readonly socket: string } & AsyncDisposable> {
  const socket = dir.file("agent");
  const agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: ["ignore", "pipe", "ignore"] });
  await once(agent.stdout, "data");
  for (const key of keys) execFileSync("ssh-add", ["-q", key], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
  return {
    socket,
    [Symbol.asyncDispose]: async () => {
      const ended = once(agent, "close");
      agent.kill();
      await ended;
    },
  };
}

describePeers(["sshd"], "a key", () => {
  test.each(["ed25519", "ecdsa", "rsa"])("of type %s in a file lets us in", async (type) => {
    const key = makeSshKey(type);
    await using sshd = await admitting(key);
    await using connection = await openTo(sshd, { identityFiles: [store("mine", key)] });
    expect(connection.transport).toBe("embedded");
  });

  test("that sshd does not know is refused, and the error names it and what sshd would take", async () => {
    await using sshd = await admitting(clientKey());
    const mine = store("mine", makeSshKey());
    const failure = await failureOf(openTo(sshd, { identityFiles: [mine] }));
    expect(failure).toMatchObject({ code: "SSH_AUTH", hint: expect.stringContaining("authorized_keys") });
    expect(failure.message).toMatch(new RegExp(`tried publickey \\(${mine}\\); the server takes publickey$`));
  });

  test.each(["ed25519", "rsa"])("of type %s that is encrypted asks for its passphrase", async (type) => {
    const key = makeSshKey(type, "open sesame");
    await using sshd = await admitting(key);
    const seen = witness(["wrong", "open sesame"]);
    const mine = store("mine", key);
    await using connection = await openTo(sshd, { identityFiles: [mine] }, seen);
    expect(connection.transport).toBe("embedded");
    const question = { kind: "passphrase", text: `Enter passphrase for key '${mine}': `, echo: false };
    expect(seen.asked).toEqual([question, question]);
  });

  test("in the old PEM format that is encrypted asks for its passphrase", async () => {
    const key = makeSshKey("rsa");
    const mine = store("mine", key);
    execFileSync("ssh-keygen", ["-q", "-p", "-m", "PEM", "-N", "open sesame", "-f", mine]);
    await using sshd = await admitting(key);
    await using connection = await openTo(sshd, { identityFiles: [mine] }, witness(["open sesame"]));
    expect(connection.transport).toBe("embedded");
  });

  test("that is encrypted and that sshd would not take does not ask", async () => {
    await using sshd = await admitting(clientKey());
    const seen = witness(["open sesame"]);
    const mine = store("mine", makeSshKey("ed25519", "open sesame"));
    expect((await failureOf(openTo(sshd, { identityFiles: [mine] }, seen))).code).toBe("SSH_AUTH");
    expect(seen.asked).toEqual([]);
  });

  test("that is encrypted is passed over when nobody can be asked", async () => {
    const encrypted = makeSshKey("ed25519", "open sesame");
    await using sshd = await admitting(encrypted);
    const identityFiles = [store("mine", encrypted)];
    expect((await failureOf(openTo(sshd, { identityFiles }))).message).toMatch(/nothing could be tried/);
  });

  test("that others may read is not used, and the user is told", async () => {
    await using sshd = await admitting(clientKey());
    const seen = witness();
    const identityFiles = [store("mine", clientKey(), 0o644)];
    expect((await failureOf(openTo(sshd, { identityFiles }, seen))).code).toBe("SSH_AUTH");
    expect(seen.told).toEqual([expect.stringMatching(/mine are too open.*chmod 600/)]);
  });

  test("file that does not exist is told", async () => {
    await using sshd = await admitting(clientKey());
    const seen = witness();
    const identityFiles = [dir.file("none"), store("mine", clientKey())];
    await using connection = await openTo(sshd, { identityFiles }, seen);
    expect(connection.transport).toBe("embedded");
    expect(seen.told).toEqual([expect.stringContaining("none not accessible")]);
  });

  test("of the agent lets us in", async () => {
    const key = makeSshKey("rsa");
    await using agent = await startAgent([store("mine", key)]);
    await using sshd = await admitting(key, [`IdentityAgent ${agent.socket}`, "IdentitiesOnly no"]);
    await using connection = await openTo(sshd);
    expect(connection.transport).toBe("embedded");
  });

  test("of the agent that is configured comes first, and alone with IdentitiesOnly", async () => {
    const [first, second] = [makeSshKey(), makeSshKey()];
    await using agent = await startAgent([store("first", first), store("second", second)]);
    await using sshd = await admitting(clientKey(), [`IdentityAgent ${agent.socket}`]);
    writeFileSync(dir.file("named.pub"), second.publicKey);
    const identityFile = `IdentityFile=${dir.file("named")}`;
    const both = await failureOf(openTo(sshd, { options: [identityFile, "IdentitiesOnly=no"] }));
    expect(both.message?.match(/\(agent\)/g)).toHaveLength(2);
    const one = await failureOf(openTo(sshd, { options: [identityFile, "IdentitiesOnly=yes"] }));
    expect(one.message?.match(/\(agent\)/g)).toHaveLength(1);
  });

  test("is looked for elsewhere when the agent does not answer", async () => {
    await using sshd = await admitting(clientKey(), [`IdentityAgent ${dir.file("no-agent")}`]);
    await using connection = await openTo(sshd, { identityFiles: [store("mine", clientKey())] });
    expect(connection.transport).toBe("embedded");
  });

  test("of which there are more than MaxAuthTries allows ends with the hint", async () => {
    await using sshd = await startSshd({ lines: ["MaxAuthTries 2"] });
    rmSync(sshd.files.identityFile);
    const identityFiles = ["a", "b", "c"].map((name) => store(name, makeSshKey()));
    const failure = await failureOf(openTo(sshd, { identityFiles }));
    expect(failure).toMatchObject({ code: "SSH_AUTH", hint: expect.stringContaining("IdentitiesOnly") });
  });
});
