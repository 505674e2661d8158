// Honest and odd servers at the command line: what is told, and with which exit status.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import {
  handlers,
  placeOf,
  type Quirk,
  type QuirkyServer,
  type QuirkySession,
  refuse,
  startQuirkyServer,
} from "../../support/quirky-server.ts";
import { watchResources } from "../../support/resources.ts";
import { makeTempDir } from "../../support/tempdir.ts";
import { type BuiltProgram, buildProgram, run } from "../support/built-program.ts";

watchResources();

let program: BuiltProgram;
beforeAll(() => {
  program = buildProgram();
});

const sallyport = (...words: string[]) => run(program.real, words, { env: { HOME: "/nonexistent" } });
const urlOf = ({ host, port }: QuirkyServer, path: string): string => `ftp://me:pw@${host}:${port}/${path}`;

const files = { "/a": "root's", "/sub/": "", "/sub/b": "b's", "/odd n\xe4me": "odd" };

const silently: Quirk = async (_, { control }) => {
  control.end();
  return true;
};
const blocks: Quirk = refuse("213 512");

describe("what is there", () => {
  test("ls of a directory that is not there is exit 1, though LIST says nothing against it (vsftpd)", async () => {
    await using server = await startQuirkyServer({ files });
    const ended = await sallyport("ls", urlOf(server, "nodir/"));
    expect(ended).toMatchObject({
      ended: "exit 1",
      stdout: "",
      stderr: expect.stringContaining("There is no such directory"),
    });
    expect(await sallyport("ls", urlOf(server, "sub/"))).toMatchObject({
      ended: "exit 0",
      stdout: expect.stringMatching(/ b\n$/),
    });
  });

  test("a tree of a server that accepts CWD and changes no directory is found by its paths", async () => {
    await using server = await startQuirkyServer({
      files: { "/a": "root's", "/sub/": "", "/sub/b": "b's" },
      quirks: { CWD: refuse("250 ok") },
    });
    await using home = makeTempDir("tree");
    expect(await sallyport("get", "-r", urlOf(server, ""), home.path)).toMatchObject({ ended: "exit 0" });
    expect(readFileSync(home.file("sub/b"), "utf8")).toBe("b's");
  });

  test("a tree of a server that changes no directory and tells another has an end after five levels", async () => {
    const told = new WeakMap<QuirkySession, string>();
    const CWD: Quirk = async (path, session) => {
      told.set(session, placeOf({ cwd: told.get(session) ?? "/" }, path));
      return await refuse("250 ok")("", session, { files, stored: new Map() });
    };
    const PWD: Quirk = async (_, session, there) =>
      await refuse(`257 "${told.get(session) ?? "/"}"`)("", session, there);
    await using server = await startQuirkyServer({ files, quirks: { CWD, PWD } });
    await using home = makeTempDir("tree");
    const ended = await sallyport("get", "-r", urlOf(server, ""), home.path);
    expect(ended).toMatchObject({
      ended: "exit 1",
      stderr: expect.stringContaining("repeats that of the directory above it"),
    });
    expect(readdirSync(home.file("sub/sub/sub/sub"))).toEqual(["a"]);
    expect(await sallyport("ls", "-r", urlOf(server, ""))).toMatchObject({
      ended: "exit 1",
      stderr: expect.stringContaining("repeats that of the directory above it"),
    });
  });

  test("lines that are no replies are told by the first of them and a count", async () => {
    const PASS: Quirk = async (_, { control }) => {
      await control.send(`230 ok\r\n${"news of today\r\n".repeat(40)}`);
      return true;
    };
    await using server = await startQuirkyServer({ files, quirks: { PASS } });
    const { ended, stderr } = await sallyport("ls", urlOf(server, "sub/"));
    expect([ended, stderr]).toEqual([
      "exit 0",
      "sallyport: the server sent a line that is not a reply, skipped: news of today\nsallyport: 39 more lines were skipped that are not a reply\n",
    ]);
  });

  test("a name in Latin-1 is shown by its byte, and comes with --encoding latin1", async () => {
    await using server = await startQuirkyServer({ files });
    await using home = makeTempDir("names");
    expect((await sallyport("ls", urlOf(server, ""))).stdout).toContain("odd n\\xe4me\n");
    const refused = await sallyport("get", "-r", urlOf(server, ""), home.path);
    expect(refused).toMatchObject({
      ended: "exit 1",
      stderr: expect.stringContaining('the name "odd n\\xe4me" is not UTF-8'),
    });
    expect(refused.stderr).toContain("--encoding latin1");
    const ended = await sallyport("get", "-r", "--encoding", "latin1", urlOf(server, ""), home.path);
    expect(ended.ended).toBe("exit 0");
    expect(readFileSync(home.file("odd näme"), "utf8")).toBe("odd");
    expect((await sallyport("ls", "--encoding", "latin1", urlOf(server, ""))).stdout).toContain("odd näme\n");
    // By its bytes in the URL, and back again.
    const one = await sallyport("get", "--encoding", "latin1", urlOf(server, "odd%20n%E4me"), home.file("one"));
    expect([one.ended, readFileSync(home.file("one"), "utf8")]).toEqual(["exit 0", "odd"]);
    expect((await sallyport("put", "--encoding", "latin1", home.file("odd näme"), urlOf(server, "sub/"))).ended).toBe(
      "exit 0",
    );
    expect(server.stored.get("/sub/odd n\xe4me")).toBe("odd");
  });
});

describe("what is done", () => {
  test.each<[string, Quirk, string]>([
    ["is not told now", refuse("450 not now"), "nothing compared"],
    ["counts blocks", blocks, "reports a size of 512 bytes, but sent 6"],
    ["is 0", refuse("213 0"), "nothing compared"],
  ])("a file whose size %s", async (_, SIZE, told) => {
    await using server = await startQuirkyServer({ files, quirks: { SIZE } });
    await using home = makeTempDir("sizes");
    const ended = await sallyport("get", urlOf(server, "a"), home.file("f"));
    expect(ended).toMatchObject({ ended: "exit 0", stderr: expect.stringContaining(told) });
    expect(readFileSync(home.file("f"), "utf8")).toBe("root's");
    const quiet = await sallyport("get", "--no-verify", urlOf(server, "a"), "-");
    expect(quiet).toMatchObject({ ended: "exit 0", stdout: "root's" });
    expect(quiet.stderr).not.toContain("reports a size");
    if (SIZE !== blocks) return;
    const strict = await sallyport("get", "--verify", urlOf(server, "a"), home.file("g"));
    expect(strict).toMatchObject({ ended: "exit 1", stderr: expect.stringContaining("the server's file has 512") });
  });

  test("a file whose time cannot be set any more, since the server hangs up after its 226", async () => {
    const STOR: Quirk = async (path, session, there) => {
      await handlers["STOR"]?.(path, session, there);
      session.control.end();
      return true;
    };
    await using server = await startQuirkyServer({ files, features: ["SIZE", "MDTM"], quirks: { STOR } });
    await using home = makeTempDir("time");
    writeFileSync(home.file("x"), "x");
    const ended = await sallyport("put", home.file("x"), urlOf(server, "sub/"));
    expect(ended).toMatchObject({ ended: "exit 0", stderr: expect.stringContaining("nothing compared") });
    expect(server.stored.get("/sub/x")).toBe("x");
  });

  test("a whole tree with its directories, though the server hangs up behind each 226", async () => {
    const STOR: Quirk = async (path, session, there) => {
      await handlers["STOR"]?.(path, session, there);
      session.control.end();
      return true;
    };
    await using server = await startQuirkyServer({ files, quirks: { STOR } });
    await using home = makeTempDir("tree");
    const names = ["a", "b", "d1/x", "d1/e/y", "d2/z"];
    for (const name of ["d1/e", "d2"]) mkdirSync(home.file(name), { recursive: true });
    for (const name of names) writeFileSync(home.file(name), name);
    const ended = await sallyport("put", "-r", "-j", "1", home.path, urlOf(server, "new"));
    expect(ended).toMatchObject({ ended: "exit 0", stderr: expect.stringContaining("5 files") });
    expect(names.map((name) => server.stored.get(`/new/${name}`))).toEqual(names);
  });

  test.each([
    ["each 226", {}],
    ["each 226 and over SIZE", { SIZE: silently }],
  ] as const)("each file once, though the server hangs up behind %s", async (_what, quirks) => {
    let stores = 0;
    const STOR: Quirk = async (path, session, there) => {
      stores += 1;
      await handlers["STOR"]?.(path, session, there);
      session.control.end();
      return true;
    };
    await using server = await startQuirkyServer({ files, quirks: { ...quirks, STOR } });
    await using home = makeTempDir("once");
    mkdirSync(home.file("t"));
    for (const name of ["x", "y", "z"]) writeFileSync(home.file(`t/${name}`), name);
    const ended = await sallyport(
      "put",
      "--retry",
      "2",
      ...["x", "y", "z"].map((name) => home.file(`t/${name}`)),
      urlOf(server, "sub/"),
    );
    expect(ended).toMatchObject({ ended: "exit 0", stderr: expect.stringContaining("nothing compared") });
    expect(stores).toBe(3);
    expect(["x", "y", "z"].map((name) => server.stored.get(`/sub/${name}`))).toEqual(["x", "y", "z"]);
  });
});

test("--tls at a server without TLS says what helps, and sends nothing", async () => {
  await using server = await startQuirkyServer({
    files,
    quirks: { AUTH: refuse("530 Please login with USER and PASS.") },
  });
  const ended = await sallyport("get", "--tls", urlOf(server, "a"), "-");
  expect(ended).toMatchObject({
    ended: "exit 1",
    stderr: expect.stringContaining("does not offer TLS (AUTH TLS): 530"),
  });
  expect(ended.stderr).toContain("Nothing was sent without TLS");
  expect(ended.stderr).not.toMatch(/log in/i);
  expect(server.lines).toEqual(["AUTH TLS"]);
});
