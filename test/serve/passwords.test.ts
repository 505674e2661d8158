// Users: the password file, hashes, anonymous, the hook, roots and rights.
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { MemoryFileSystem, openServer, type ServerOptions } from "../../src/index.ts";
import {
  checkPassword,
  hashPassword,
  isPasswordHash,
  parsePasswordFile,
  readPasswordFile,
} from "../../src/serve/passwords.ts";
import { type Rig, startRig } from "../server/rig.ts";
import { watchResources } from "../support/resources.ts";
import { makeTempDir, type TempDir } from "../support/tempdir.ts";

watchResources();

test.each([0o666, 0o620, 0o602])("a password file that others can write (%i) is refused", async (mode) => {
  await using dir = makeTempDir("users");
  writeFileSync(dir.file("users"), `alice:${await hashPassword("secret")}\n`);
  chmodSync(dir.file("users"), mode);
  await expect(readPasswordFile(dir.file("users"))).rejects.toMatchObject({
    code: "CONFIG_INVALID",
    message: expect.stringContaining("can be written by others"),
  });
});

describe("a password hash", () => {
  test("is another one each time, and fits its password only", async () => {
    const [one, other] = await Promise.all([hashPassword("pässword"), hashPassword("pässword")]);
    expect(one).not.toBe(other);
    expect(one).not.toContain("password");
    expect(await checkPassword("pässword", one)).toBe(true);
    expect(await checkPassword("password", one)).toBe(false);
    expect(await checkPassword("pässword", "plain")).toBe(false);
  });

  test("whose costs would stop the server is none", async () => {
    const tail = `${"a".repeat(22)}$${"b".repeat(43)}`;
    expect(isPasswordHash(`$scrypt$16384$8$1$${tail}`)).toBe(true);
    for (const costs of ["16383$8$1", "4194304$8$1", "16384$8$99", "16384$0$1"]) {
      expect(isPasswordHash(`$scrypt$${costs}$${tail}`)).toBe(false);
    }
  });
});

describe("the password file", () => {
  test("has names, hashes, roots and rights; comments and empty lines are skipped", async () => {
    const hash = await hashPassword("x");
    expect(parsePasswordFile(`# users\n\na:${hash}\nb:${hash}:/srv:ro\nc:${hash}::ro\n`, "f")).toEqual([
      { name: "a", hash, readOnly: false },
      { name: "b", hash, root: "/srv", readOnly: true },
      { name: "c", hash, readOnly: true },
    ]);
    for (const wrong of ["a", "a:b", `:${hash}`, `a:${hash}:/:rw`, `a:${hash}\na:${hash}`]) {
      expect(() => parsePasswordFile(wrong, "f")).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
    }
    expect(() => parsePasswordFile("\nroot:hunter2", "f")).toThrow(/^(?!.*hunter2).*line 2/);
  });
});

describe("a server", () => {
  let here: TempDir;
  let rig: Rig | undefined;
  beforeEach(() => {
    here = makeTempDir("users");
    for (const name of ["all", "own"]) {
      mkdirSync(here.file(name));
      writeFileSync(here.file(`${name}/${name}.txt`), name);
    }
  });
  afterEach(async () => {
    await rig?.[Symbol.asyncDispose]();
    here.remove();
  });

  const codesFor = async (
    options: Partial<ServerOptions>,
    user: string,
    password: string,
    lines: string[],
  ): Promise<number[]> => {
    await rig?.[Symbol.asyncDispose]();
    rig = await startRig({ files: here.file("all"), users: [], ...options });
    const peer = await rig.connect();
    await peer.reply();
    const codes: number[] = [];
    for (const line of [`USER ${user}`, `PASS ${password}`, "TYPE I", ...lines]) codes.push(await peer.code(line));
    return codes;
  };

  test("shows each user of the file the own directory, and keeps a read-only one from changes", async () => {
    const hash = await hashPassword("x");
    writeFileSync(here.file("users"), `all:${hash}\nown:${hash}:${here.file("own")}:ro\n`);
    const passwordFile = here.file("users");
    expect(await codesFor({ passwordFile }, "all", "x", ["SIZE all.txt", "MKD d"])).toEqual([331, 230, 200, 213, 257]);
    expect(
      await codesFor({ passwordFile }, "own", "x", [
        "SIZE own.txt",
        "SIZE all.txt",
        "MKD d",
        "DELE own.txt",
        "SITE CHMOD 600 own.txt",
      ]),
    ).toEqual([331, 230, 200, 213, 550, 550, 550, 504]);
    expect(await codesFor({ passwordFile }, "own", "y", [])).toEqual([331, 530, 530]);
  });

  test("lets anonymous in where that is wanted, to read or to put new files", async () => {
    const lines = ["SIZE all.txt", "MKD d", "DELE all.txt", "RNFR all.txt", "RNTO b"];
    expect(await codesFor({ anonymous: "read" }, "anonymous", "me@", lines)).toEqual([
      331, 230, 200, 213, 550, 550, 350, 550,
    ]);
    expect(await codesFor({ anonymous: "write" }, "ftp", "", lines)).toEqual([331, 230, 200, 213, 257, 550, 350, 550]);
    expect(await codesFor({}, "anonymous", "me@", [])).toEqual([331, 530, 530]);
  });

  test("takes atomic uploads of anonymous in a drop box, and keeps what it has", async () => {
    rig = await startRig({ files: here.file("all"), users: [], anonymous: "write", atomicUploads: true });
    const peer = await (await rig.connect()).login("anonymous", "me@");
    await peer.command("TYPE I");
    const data = await peer.passive();
    expect(await peer.code("STOR new.txt")).toBe(150);
    expect((await (await (await rig.connect()).login("ftp", "x")).download("NLST -a")).text).toBe("all.txt\r\n");
    data.end("whole");
    data.resume();
    expect((await peer.reply()).code).toBe(226);
    expect((await peer.download("RETR new.txt")).text).toBe("whole");
    for (const name of ["new.txt", "all.txt"]) expect(await peer.upload(`STOR ${name}`, "x")).toEqual([150, 550]);
    expect((await peer.download("RETR new.txt")).text).toBe("whole");
    expect((await peer.download("NLST -a")).text).toBe("all.txt\r\nnew.txt\r\n");
    expect(await peer.code("DELE new.txt")).toBe(550);
  });

  test("asks the hook last, which brings its own file system", async () => {
    const fileSystem = new MemoryFileSystem({ now: () => 0 });
    const authenticate: ServerOptions["authenticate"] = async ({ user, password, secure }) =>
      user === "hook" && password === "yes" && !secure ? { fileSystem, directory: "/" } : undefined;
    expect(await codesFor({ authenticate }, "hook", "yes", ["SIZE all.txt", "MKD d"])).toEqual([
      331, 230, 200, 550, 257,
    ]);
    expect(await codesFor({ authenticate }, "hook", "no", [])).toEqual([331, 530, 530]);
  });

  test("is not opened with options that cannot be", async () => {
    const wrong: Partial<ServerOptions>[] = [
      {
        users: [
          { name: "a", password: "x" },
          { name: "a", password: "y" },
        ],
      },
      { passwordFile: here.file("no") },
      { listen: [] },
      { listen: [{ host: "example.org" }] },
      { listen: [{ port: 0, implicitTls: true }] },
      { passivePorts: { first: 10, last: 5 } },
      { passiveAddresses: [{ address: "::1", cidr: "0.0.0.0/0" }] },
      { passiveAddresses: [{ address: "192.0.2.1", cidr: "x" }] },
      { sessionsMax: 0 },
      { active: false, activePortOnly: true },
    ];
    for (const options of wrong) {
      const opening = openServer({ files: here.file("all"), anonymous: "read", ...options });
      await expect(opening, JSON.stringify(options)).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    }
    await expect(openServer({ files: here.file("no"), anonymous: "read" })).rejects.toMatchObject({
      code: "FS_NOT_FOUND",
    });
  });
});
