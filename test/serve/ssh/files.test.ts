// The host key and the authorized keys: files that nobody else may have had a hand in.
import { chmodSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { limits } from "../../../src/protocol/limits.ts";
import { AuthorizedKeys } from "../../../src/serve/ssh/authorized-keys.ts";
import { hostKeyFrom, stateDirectory } from "../../../src/serve/ssh/host-key-file.ts";
import { watchResources } from "../../support/resources.ts";
import { makeSshKey, type SshKey } from "../../support/ssh-keys.ts";
import { makeTempDir, type TempDir } from "../../support/tempdir.ts";

watchResources();

let dir: TempDir;
beforeEach(() => {
  dir = makeTempDir("keys");
});
afterEach(() => dir.remove());

describe("the state directory", () => {
  test.each([
    [{ XDG_STATE_HOME: "/state" }, "linux", "/state/sallyport"],
    [{ XDG_STATE_HOME: "relative" }, "linux", "/home/me/.local/state/sallyport"],
    [{ XDG_STATE_HOME: "" }, "darwin", "/home/me/.local/state/sallyport"],
    [{}, "linux", "/home/me/.local/state/sallyport"],
    [{ LOCALAPPDATA: "C:\\Users\\me\\AppData\\Local" }, "win32", "C:\\Users\\me\\AppData\\Local\\sallyport"],
  ])("%j on %s is %s", (env, platform, expected) => {
    expect(stateDirectory({ env, platform, home: "/home/me" })).toBe(expected);
  });
});

describe("the host key", () => {
  test("is made on the first start, for its owner alone, and the same on the next", async () => {
    const file = dir.file("state/sallyport/ssh_host_ed25519_key");
    const made = await hostKeyFrom(file);
    expect(made).toContain("OPENSSH PRIVATE KEY");
    expect(await hostKeyFrom(file)).toBe(made);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(dir.file("state/sallyport")).mode & 0o777).toBe(0o700);
    expect(readdirSync(dir.file("state/sallyport"))).toEqual(["ssh_host_ed25519_key"]);
  });

  test("is one and the same for servers that start at the same time", async () => {
    const keys = await Promise.all(Array.from({ length: 8 }, () => hostKeyFrom(dir.file("key"))));
    expect(new Set(keys).size).toBe(1);
    expect(readdirSync(dir.path)).toEqual(["key"]);
  });

  test.each([0o640, 0o604, 0o620, 0o602])("that others can get at (%i) is refused", async (mode) => {
    await hostKeyFrom(dir.file("key"));
    chmodSync(dir.file("key"), mode);
    await expect(hostKeyFrom(dir.file("key"))).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: expect.stringMatching(/key can be (read|written) by others$/),
    });
  });

  test("in a directory where others can put another is refused", async () => {
    await hostKeyFrom(dir.file("open/key"));
    chmodSync(dir.file("open"), 0o777);
    await expect(hostKeyFrom(dir.file("open/key"))).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  });

  test("that cannot be made is told with its name", async () => {
    writeFileSync(dir.file("file"), "");
    await expect(hostKeyFrom(dir.file("file/key"))).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: expect.stringContaining("file/key cannot be read or made"),
    });
  });
});

describe("authorized keys", () => {
  let key: SshKey;
  let troubles: string[];
  beforeEach(() => {
    key = makeSshKey();
    troubles = [];
  });
  const blob = ({ publicKey }: SshKey): Buffer => Buffer.from(publicKey.split(" ")[1] ?? "", "base64");
  const has = (pattern: string, user: string, which: SshKey = key): Promise<boolean> =>
    new AuthorizedKeys(pattern).has(user, blob(which), (why) => troubles.push(why));

  test("let in the keys of the file, among comments and other keys, and no others", async () => {
    writeFileSync(dir.file("keys"), `# mine\n\n${makeSshKey("ecdsa").publicKey}${key.publicKey}`);
    expect(await has(dir.file("keys"), "alice")).toBe(true);
    expect(await has(dir.file("keys"), "alice", makeSshKey())).toBe(false);
  });

  test("%u is the user's name, and no way out of the directory", async () => {
    mkdirSync(dir.file("keys"));
    writeFileSync(dir.file("keys/alice"), key.publicKey);
    writeFileSync(dir.file("outside"), key.publicKey);
    const pattern = dir.file("keys/%u");
    expect(await has(pattern, "alice")).toBe(true);
    for (const user of ["bob", "../outside", "..", ".", "", "alice/../alice", "a\0lice", "%u"]) {
      expect(await has(pattern, user), user).toBe(false);
    }
    expect(troubles).toEqual([]);
  });

  test("a key that is put into the file counts at the next login", async () => {
    writeFileSync(dir.file("keys"), "");
    const keys = new AuthorizedKeys(dir.file("keys"));
    expect(await keys.has("alice", blob(key), () => {})).toBe(false);
    writeFileSync(dir.file("keys"), key.publicKey);
    expect(await keys.has("alice", blob(key), () => {})).toBe(true);
  });

  test("a file that others can write lets nobody in, and says so", async () => {
    writeFileSync(dir.file("keys"), key.publicKey);
    chmodSync(dir.file("keys"), 0o666);
    expect(await has(dir.file("keys"), "alice")).toBe(false);
    expect(troubles).toEqual([expect.stringMatching(/keys can be written by others$/)]);
  });

  test("a key with options is no key: they would restrict it", async () => {
    writeFileSync(dir.file("keys"), `restrict ${key.publicKey}`);
    expect(await has(dir.file("keys"), "alice")).toBe(false);
    await expect(new AuthorizedKeys(dir.file("keys")).check(["alice"])).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: expect.stringMatching(/keys, line 1: this is not a public key$/),
    });
  });

  test.each(["ssh-ed25519", "ssh-ed25519 AAAA", "ssh-rsa !!!", "rubbish"])("%s is no key", async (line) => {
    writeFileSync(dir.file("keys"), `${key.publicKey}${line}\n`);
    await expect(new AuthorizedKeys(dir.file("keys")).check(["alice"])).rejects.toMatchObject({
      message: expect.stringContaining("line 2"),
    });
  });

  test("one file for several users is refused: each could be any other", async () => {
    writeFileSync(dir.file("keys"), key.publicKey);
    await expect(new AuthorizedKeys(dir.file("keys")).check(["alice", "bob"])).rejects.toMatchObject({
      message: expect.stringContaining("accepted for every user"),
    });
    await new AuthorizedKeys(dir.file("keys")).check(["alice"]);
  });

  test("a file for all has to be there, one for each user need not", async () => {
    await expect(new AuthorizedKeys(dir.file("none")).check(["alice"])).rejects.toMatchObject({
      message: expect.stringContaining("there is no file"),
    });
    await new AuthorizedKeys(dir.file("%u")).check(["alice", "bob"]);
  });

  test("a file without end is not read", async () => {
    writeFileSync(dir.file("keys"), "#".repeat(limits.authorizedKeysBytesMax + 1));
    expect(await has(dir.file("keys"), "alice")).toBe(false);
    expect(troubles).toEqual([expect.stringMatching(/has more than \d+ bytes$/)]);
    symlinkSync("/dev/zero", dir.file("endless"));
    expect(await has(dir.file("endless"), "alice")).toBe(false);
  });
});
