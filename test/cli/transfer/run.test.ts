// get, put, ls and cp as programs, against our own server.

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { watchResources } from "../../support/resources.ts";
import { serveDirectory } from "../support/served-directory.ts";

watchResources();

const user = { name: "anna@work", password: "pa ss/word" };
const served = serveDirectory(user, { anonymous: "read" });
const { here, there, url, shown, sallyport } = served;

const events = (stdout: string): Record<string, unknown>[] =>
  stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe("get", () => {
  test("puts a file under its name, into a directory, or under another name", async () => {
    writeFileSync(there.file("a b;c"), "text");
    mkdirSync(here.file("d"));
    const { ended, stdout, stderr } = await sallyport(["get", url("a%20b;c"), here.file("d")]);
    expect({ ended, stdout }).toEqual({ ended: "exit 0", stdout: "" });
    expect(stderr).toMatch(/a b;c: 4 bytes received in \d+ ms.* \(size compared\)\n$/);
    expect(await sallyport(["get", "-q", url("a%20b;c"), here.file("e")])).toMatchObject({
      ended: "exit 0",
      stderr: "",
    });
    expect([here.file("d/a b;c"), here.file("e")].map((path) => readFileSync(path, "utf8"))).toEqual(["text", "text"]);
    expect(readdirSync(here.file("d"))).toEqual(["a b;c"]);
  });

  test("is anonymous without a user, and shows a file on standard output", async () => {
    writeFileSync(there.file("f"), "to be shown\n");
    expect(await sallyport(["get", "-q", `ftp://127.0.0.1:${served.port}/f`, "-"])).toEqual({
      ended: "exit 0",
      stdout: "to be shown\n",
      stderr: "",
    });
  });

  test("takes the password from ~/.netrc, and refuses one that others may read", async () => {
    writeFileSync(there.file("f"), "x");
    const address = shown("f");
    writeFileSync(here.file(".netrc"), 'machine 127.0.0.1 login anna@work password "pa ss/word"', { mode: 0o600 });
    expect(await sallyport(["get", "-q", address, "-"])).toMatchObject({ ended: "exit 0", stdout: "x" });
    writeFileSync(here.file("open"), "machine 127.0.0.1 login anna@work password secret", { mode: 0o644 });
    const refused = await sallyport(["get", address, "-"], { env: { NETRC: here.file("open") } });
    expect(refused).toMatchObject({ ended: "exit 2", stdout: "" });
    expect(refused.stderr).toMatch(/others may read.*\n.*chmod 600/);
  });

  test("leaves nothing of a file that is refused, and continues with the others", async () => {
    writeFileSync(there.file("b"), "b");
    const ended = await sallyport(["get", "--explain", url("missing"), url("b"), here.path]);
    expect(ended.ended).toBe("exit 1");
    expect(ended.stderr).toMatch(/could not download "missing": 550[\s\S]*Code: FTP_REPLY_PERMANENT/);
    expect(ended.stderr).toMatch(/1 file, 1 byte in .*, 1 failed/);
    expect(ended.stderr).not.toContain("pa ss");
    expect(readdirSync(here.path)).toEqual(["b"]);
  });

  test.each([1, 4, 16])("-r -j %i brings a tree with odd names, and no links", async (sessions) => {
    const names = ["-r", " lead", "a\tb", "ümlaut", "%41", "~", "x;type=a", "'\"`$(id)", "*"];
    mkdirSync(there.file("t/in/ner"), { recursive: true });
    mkdirSync(there.file("t/empty"));
    for (const name of names) writeFileSync(there.file(`t/in/${name}`), name);
    for (let index = 0; index < 30; index += 1) writeFileSync(there.file(`t/in/ner/${index}`), String(index));
    symlinkSync("/etc/passwd", there.file("t/link"));
    const ended = await sallyport(["get", "--json", "-r", "-j", String(sessions), url("t"), here.file("copy")]);
    expect(ended).toMatchObject({ ended: "exit 0", stderr: "" });
    for (const name of names) expect(readFileSync(here.file(`copy/in/${name}`), "utf8")).toBe(name);
    expect(readdirSync(here.file("copy/in/ner")).length).toBe(30);
    expect(readdirSync(here.file("copy")).sort()).toEqual(["empty", "in"]);
    const told = events(ended.stdout);
    expect(told.at(-1)).toMatchObject({ event: "done", files: names.length + 30, failed: 0 });
    expect(told.filter(({ event }) => event === "file")[0]).toMatchObject({ way: "received", verified: "size" });
  });

  test("-r does not go through a link that is in the way here", async () => {
    mkdirSync(there.file("t/sub"), { recursive: true });
    writeFileSync(there.file("t/sub/f"), "x");
    mkdirSync(here.file("elsewhere"));
    mkdirSync(here.file("t"));
    symlinkSync(here.file("elsewhere"), here.file("t/sub"));
    const ended = await sallyport(["get", "-r", url("t"), here.path]);
    expect(ended.ended).toBe("exit 1");
    expect(ended.stderr).toContain("would lead out of the directory");
    expect(readdirSync(here.file("elsewhere"))).toEqual([]);
  });

  test("--resume continues its own part, with another program's half, and leaves a whole file alone", async () => {
    writeFileSync(there.file("f"), "0123456789");
    writeFileSync(here.file("f.sallyport-part"), "0123");
    const get = async () =>
      events((await sallyport(["get", "--json", "--resume", url("f"), here.path])).stdout).find(
        (one) => one["event"] !== "note",
      );
    expect(await get()).toMatchObject({ event: "file", bytes: 6 });
    expect(await get()).toMatchObject({ event: "file", bytes: 0, wasThere: true });
    writeFileSync(here.file("f"), "01");
    expect(await get()).toMatchObject({ event: "file", bytes: 8 });
    expect(readFileSync(here.file("f"), "utf8")).toBe("0123456789");
    writeFileSync(here.file("f"), "more than the server has");
    expect(await get()).toMatchObject({ event: "file", bytes: 10 });
    expect(readFileSync(here.file("f"), "utf8")).toBe("0123456789");
    expect(readdirSync(here.path)).toEqual(["f"]);
  });

  test("-r --resume means the same place on its second run, in a directory that was there and in one that was not", async () => {
    mkdirSync(there.file("t/t"), { recursive: true });
    writeFileSync(there.file("t/f"), "text");
    writeFileSync(there.file("t/t/g"), "more");
    mkdirSync(here.file("old"));
    for (const _ of ["first", "second"]) {
      expect(await sallyport(["get", "-q", "-r", "--resume", url("t"), here.file("new")])).toMatchObject({
        stderr: "",
      });
      expect(readdirSync(here.file("new")).sort()).toEqual(["f", "t"]);
      expect(readdirSync(here.file("new/t"))).toEqual(["g"]);
      expect(await sallyport(["get", "-q", "-r", "--resume", url("t"), here.file("old")])).toMatchObject({
        stderr: "",
      });
      expect(readdirSync(here.file("old"))).toEqual(["t"]);
      expect(readdirSync(here.file("old/t")).sort()).toEqual(["f", "t"]);
    }
  });

  test("--verify says which checksum was compared, also for a file that is there", async () => {
    writeFileSync(there.file("f"), "0123456789");
    const first = await sallyport(["get", "--verify", url("f"), here.path]);
    expect(first.stderr).toMatch(/\(SHA-\d+ compared\)/);
    writeFileSync(here.file("f"), "012345678x");
    const second = await sallyport(["get", "--verify", "--resume", url("f"), here.path]);
    expect(second).toMatchObject({ ended: "exit 0", stderr: expect.stringMatching(/another file than the server's/) });
    expect(readFileSync(here.file("f"), "utf8")).toBe("0123456789");
  });

  test("Ctrl-C leaves a part that does not look whole, and --resume ends it", async () => {
    writeFileSync(there.file("big"), Buffer.alloc(300_000_000, 7));
    await using started = served.start(["get", url("big"), here.path]);
    const part = here.file("big.sallyport-part");
    await expect.poll(() => existsSync(part), { interval: 2 }).toBe(true);
    started.kill("SIGINT");
    expect(await started.ended).toBe("exit 130");
    expect(existsSync(here.file("big"))).toBe(false);
    if (existsSync(part)) expect(started.stderr()).toMatch(/sallyport-part keeps [\d,]+ bytes of it; --resume/);
    expect(await sallyport(["get", "--resume", url("big"), here.path])).toMatchObject({ ended: "exit 0" });
    expect(readFileSync(here.file("big")).length).toBe(300_000_000);
  });
});

describe("names that are in the way", () => {
  test("two files of one name are not written into one another", async () => {
    for (const name of ["a", "b"]) {
      mkdirSync(there.file(name));
      writeFileSync(there.file(`${name}/x`), name);
    }
    const ended = await sallyport(["get", "-j2", url("a/x"), url("b/x"), here.path]);
    expect(ended).toMatchObject({ ended: "exit 1", stderr: expect.stringContaining("is another file of this run") });
    expect(["a", "b"]).toContain(readFileSync(here.file("x"), "utf8"));
  });

  test("a device is written to and stays one, a link to one is refused, a directory too", async () => {
    writeFileSync(there.file("f"), "x");
    execFileSync("mkfifo", [here.file("pipe")]);
    const reader = spawn("cat", [here.file("pipe")]);
    let read = "";
    reader.stdout.on("data", (bytes: Buffer) => {
      read += bytes.toString();
    });
    const closed = once(reader, "close");
    expect(await sallyport(["get", "-q", url("f"), here.file("pipe")])).toMatchObject({ ended: "exit 0", stderr: "" });
    await closed;
    expect(read).toBe("x");
    expect(lstatSync(here.file("pipe")).isFIFO()).toBe(true);
    symlinkSync("/dev/null", here.file("link"));
    expect(await sallyport(["get", url("f"), here.file("link")])).toMatchObject({ ended: "exit 1" });
    mkdirSync(here.file("f"));
    expect(await sallyport(["get", url("f"), here.path])).toMatchObject({ ended: "exit 1" });
    expect(readdirSync(here.path).sort()).toEqual(["f", "link", "pipe"]);
  });
});

describe("put", () => {
  test("names the file, or puts it into a directory; - is standard input", async () => {
    writeFileSync(here.file("a"), "aa");
    mkdirSync(there.file("d d"));
    expect(await sallyport(["put", "-q", here.file("a"), url("d%20d/")])).toMatchObject({
      ended: "exit 0",
      stderr: "",
    });
    expect(await sallyport(["put", here.file("a"), url("new")])).toMatchObject({ ended: "exit 0" });
    expect(await sallyport(["put", "-", url("piped")], { input: "from a pipe" })).toMatchObject({ ended: "exit 0" });
    const contents = ["d d/a", "new", "piped"].map((name) => readFileSync(there.file(name), "utf8"));
    expect(contents).toEqual(["aa", "aa", "from a pipe"]);
  });

  test("-r -j 3 sends a tree twice, and leaves links out", async () => {
    mkdirSync(here.file("t/in/empty"), { recursive: true });
    for (const name of ["-x", "ü", "a b", "%41"]) writeFileSync(here.file(`t/in/${name}`), name);
    symlinkSync("/etc/passwd", here.file("t/link"));
    for (const round of [1, 2]) {
      const { ended, stderr } = await sallyport(["put", "-rj3", here.file("t"), url("")]);
      expect({ round, ended }).toEqual({ round, ended: "exit 0" });
      expect(stderr).toMatch(/t\/link: left out: a symbolic link\n[\s\S]*4 files, 10 bytes in .*, 1 left out/);
    }
    expect(readdirSync(there.file("t/in")).sort()).toEqual(["%41", "-x", "a b", "empty", "ü"]);
    expect(existsSync(there.file("t/link"))).toBe(false);
  });

  test("--resume adds what is missing", async () => {
    writeFileSync(here.file("f"), "0123456789");
    writeFileSync(there.file("f"), "0123");
    const { stdout } = await sallyport(["put", "--json", "--resume", here.file("f"), url("f")]);
    expect(events(stdout)[0]).toMatchObject({ event: "file", way: "sent", bytes: 6 });
    expect(readFileSync(there.file("f"), "utf8")).toBe("0123456789");
  });

  test("a directory needs -r, a file that is not there makes none at the server", async () => {
    mkdirSync(here.file("d"));
    const ended = await sallyport(["put", here.file("d"), here.file("none"), url("")]);
    expect(ended.ended).toBe("exit 1");
    expect(ended.stderr).toMatch(/is a directory\n {2}Add -r[\s\S]*no such file/);
    expect(ended.stderr.split(here.file("none")).length - 1).toBe(1);
    expect(readdirSync(there.path)).toEqual([]);
  });

  test("of a file that the server refuses nobody is told that a part of it may be there", async () => {
    writeFileSync(here.file("a"), "text");
    const ended = await sallyport(["put", here.file("a"), url("missing/a")]);
    expect(ended).toMatchObject({ ended: "exit 1", stderr: expect.stringContaining("550") });
    expect(ended.stderr).not.toContain("a part");
  });
});

test("ls shows files as lines and as JSON, one of them or a tree", async () => {
  mkdirSync(there.file("d/e"), { recursive: true });
  writeFileSync(there.file("d/f"), "12345");
  const { stdout } = await sallyport(["ls", "-r", url("")]);
  expect(stdout).toMatch(/^d {13}- \d{4}-\d\d-\d\d \d\d:\d\dZ d\n/);
  expect(stdout).toMatch(/\n- {13}5 \d{4}-\d\d-\d\d \d\d:\d\dZ d\/f\n/);
  expect(stdout).toContain(" d/e\n");
  const [entry] = events((await sallyport(["ls", "--json", url("d/f")])).stdout);
  expect(entry).toMatchObject({ event: "entry", path: "f", type: "file", size: 5 });
  expect(JSON.stringify(entry)).not.toContain("pa%20ss");
  expect(await sallyport(["ls", url("nowhere")])).toMatchObject({ ended: "exit 1", stdout: "" });
});

describe("cp", () => {
  test("lets the servers send to each other, and says so; at one server it takes two sessions", async () => {
    writeFileSync(there.file("f"), "content");
    const ended = await sallyport(["cp", "--verify", url("f"), url("g")]);
    expect(ended.ended).toBe("exit 0");
    expect(ended.stderr).toMatch(/\/f -> ftp:.*\/g: 7 bytes copied third-party in .* \(SHA-\d+ compared\)/);
    expect(readFileSync(there.file("g"), "utf8")).toBe("content");
  });

  test("-r goes through this machine when it has to, and says so", async () => {
    mkdirSync(there.file("t/sub"), { recursive: true });
    for (const name of ["t/a", "t/b", "t/sub/c"]) writeFileSync(there.file(name), name);
    const ended = await sallyport(["cp", "--through-here", "-r", "-j2", url("t"), url("copies/")]);
    expect(ended.ended).toBe("exit 1");
    mkdirSync(there.file("copies"));
    const again = await sallyport(["cp", "--through-here", "-r", "-j2", url("t"), url("copies/")]);
    expect(again.ended).toBe("exit 0");
    expect(again.stderr.match(/copied through this machine/g)?.length).toBe(3);
    expect(readFileSync(there.file("copies/t/sub/c"), "utf8")).toBe("t/sub/c");
  });
});

test("a server that cannot be reached, and one that takes fewer sessions than -j", async () => {
  expect(await sallyport(["get", "ftp://127.0.0.1:1/f"])).toMatchObject({ ended: "exit 1" });
  mkdirSync(there.file("t"));
  for (let index = 0; index < 20; index += 1) writeFileSync(there.file(`t/${index}`), "x".repeat(1000));
  const small = await served.openServer({ anonymous: "read", sessionsPerAddressMax: 2 });
  const ended = await sallyport(["get", "-rj", "8", `ftp://127.0.0.1:${small.listeners[0]?.port}/t`, here.path]);
  expect(ended.ended).toBe("exit 0");
  expect(ended.stderr).toMatch(/the server accepts 2 sessions and no more/);
  expect(readdirSync(here.file("t")).length).toBe(20);
  const byDefault = await sallyport(["get", "-r", `ftp://127.0.0.1:${small.listeners[0]?.port}/t`, here.file("again")]);
  expect([byDefault.ended, readdirSync(here.file("again")).length]).toEqual(["exit 0", 20]);
  expect(byDefault.stderr).not.toMatch(/no more/);
});
