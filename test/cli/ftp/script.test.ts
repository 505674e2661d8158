// The prompt without a terminal: commands from a pipe, against our own server.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { makeCertificate } from "../../support/certificate.ts";
import { watchResources } from "../../support/resources.ts";
import { makeTempDir } from "../../support/tempdir.ts";
import { serveDirectory } from "../support/served-directory.ts";

watchResources();

const served = serveDirectory({ name: "anna", password: "pa ss" }, { anonymous: "read" });
const { here, there, url, sallyport } = served;

/** As anna, whose password is in a .netrc; `options` before the host. */
async function script(lines: readonly string[], options: readonly string[] = []) {
  writeFileSync(here.file(".netrc"), 'machine 127.0.0.1 login anna password "pa ss"', { mode: 0o600 });
  const input = [`lcd ${here.path}`, ...lines].join("\n");
  return await sallyport(["ftp", ...options, "127.0.0.1", String(served.port)], { input });
}

describe("a script", () => {
  test("logs in by ~/.netrc and moves files both ways", async () => {
    writeFileSync(there.file("two words"), "down");
    writeFileSync(here.file("up"), "up");
    const ended = await script([
      'get "two words"',
      "put up",
      "append up",
      "mkdir d",
      "cd d",
      "put up ../renamed",
      "pwd",
    ]);
    expect(ended).toMatchObject({ ended: "exit 0", stderr: "" });
    expect(ended.stdout).toMatch(/4 bytes received in \d+/);
    expect(ended.stdout).toMatch(/\n\/d\n$/);
    expect(readFileSync(here.file("two words"), "utf8")).toBe("down");
    expect(readFileSync(there.file("up"), "utf8")).toBe("upup");
    expect(readFileSync(there.file("renamed"), "utf8")).toBe("up");
  });

  test("ends at the first command that fails, with its status; a - lets it pass", async () => {
    const failed = await script(["-cd nowhere", "pwd", "cd nowhere", "mkdir never"]);
    expect(failed.ended).toBe("exit 1");
    expect(failed.stdout).toMatch(/\n\/\n$/);
    expect(failed.stderr.match(/could not change to "nowhere": 550/g)).toHaveLength(2);
    expect(await script(["nonsense"])).toMatchObject({
      ended: "exit 2",
      stderr: expect.stringContaining('unknown command "nonsense"'),
    });
    expect(await script(['get "x'])).toMatchObject({ ended: "exit 2" });
    expect(await script(["# no command", "", "quit", "nonsense"])).toMatchObject({ ended: "exit 0", stderr: "" });
  });

  test("mget and mput take patterns, and leave directories out", async () => {
    mkdirSync(there.file("sub"));
    for (const name of ["a.txt", "b.txt", "c.md", "sub/d.txt", "star*"]) writeFileSync(there.file(name), name);
    const ended = await script([
      "mget *.txt sub/*",
      'mget "star*"',
      "mget {c.md,*.none}",
      "mput [ab].txt",
      "mdelete ?.md",
    ]);
    expect(ended).toMatchObject({ ended: "exit 0", stderr: "" });
    for (const name of ["a.txt", "b.txt", "c.md", "d.txt", "star*"]) {
      expect(readFileSync(here.file(name), "utf8")).toMatch(new RegExp(`${name.replace("*", "\\*")}$`));
    }
    const { stdout } = await script(["nlist"]);
    expect(stdout.split("\n").slice(1, -1)).toEqual(["a.txt", "b.txt", "star*", "sub"]);
    expect(await script(["mget none*"])).toMatchObject({
      ended: "exit 1",
      stderr: expect.stringContaining("nothing matches"),
    });
  });

  test("ls gives its options to LIST, and a name that begins with a dash is one", async () => {
    for (const name of ["shown", ".hidden", "-la"]) writeFileSync(there.file(name), name);
    const sent = async (line: string): Promise<readonly [string | undefined, string]> => {
      const { ended, stdout } = await script([line], ["-d"]);
      expect(ended).toBe("exit 0");
      return [/^---> ((?:LIST|NLST).*)$/m.exec(stdout)?.[1], stdout];
    };
    const [all, lines] = await sent("ls -la");
    expect(all).toBe("LIST -la");
    expect(lines).toMatch(/^-rw.* \.hidden$/m);
    expect((await sent("dir -l -a ."))[0]).toBe("LIST -la .");
    expect((await sent("nlist -a"))[0]).toBe("NLST -a");
    expect((await sent("ls ./-la"))[0]).toBe("LIST ./-la");
    expect((await sent("ls -- -la"))[0]).toBe("LIST ./-la");
  });

  test("ls takes patterns, and says when nothing matches", async () => {
    mkdirSync(there.file("sub"));
    mkdirSync(there.file("sup"));
    for (const name of ["a.txt", "b.md", ".c.txt", "star*", "sub/d.txt", "sup/e.txt"]) {
      writeFileSync(there.file(name), "x");
    }
    const shown = async (line: string): Promise<string[]> => {
      const { ended, stdout, stderr } = await script([line]);
      expect([ended, stderr]).toEqual(["exit 0", ""]);
      return stdout
        .split("\n")
        .slice(1, -1)
        .map((text) => text.replace(/^.* /, ""));
    };
    expect(await shown("ls *.txt")).toEqual(["a.txt"]);
    expect(await shown("ls -l -a {a,b,.c}.*")).toEqual([".c.txt", "a.txt", "b.md"]);
    expect(await shown("ls su?/*.txt")).toEqual(["sub:", "d.txt", "sup:", "e.txt"]);
    expect(await shown('ls "star*"')).toEqual(["star*"]);
    expect(await shown("nlist *.txt")).toEqual(["a.txt"]);
    expect(await script(["ls *.none"])).toMatchObject({
      ended: "exit 1",
      stderr: expect.stringContaining('nothing matches "*.none"'),
    });
  });

  test("> and | and a second name send a listing elsewhere, and a command that fails changes no file", async () => {
    writeFileSync(there.file("f"), "x");
    writeFileSync(here.file("kept"), "as it was");
    const lines = [
      "ls > list",
      "nlist >>list",
      "ls . ftp-way",
      "nlist |tr f g",
      "help | grep ^mget",
      "-ls nowhere > kept",
    ];
    const { ended, stdout } = await script([...lines, "get f |cat", "nlist | true"]);
    expect(ended).toBe("exit 0");
    expect(readFileSync(here.file("list"), "utf8")).toMatch(/^-rw.* f\nf\n$/);
    expect(readFileSync(here.file("ftp-way"), "utf8")).toMatch(/^-rw.* f\n$/);
    expect(stdout.split("\n").slice(1)).toEqual(["g", expect.stringMatching(/^mget PATTERN/), "x"]);
    expect(readFileSync(here.file("kept"), "utf8")).toBe("as it was");
    expect(await script(["ls > none/list"])).toMatchObject({
      ended: "exit 1",
      stderr: expect.stringContaining("none/list: no such file or directory"),
    });
  });

  test("with - as the local file shows it, and ! runs a command here", async () => {
    writeFileSync(there.file("f"), "text\n");
    const { stdout } = await script(["get f -", "!echo here: $PWD"]);
    expect(stdout).toContain(`text\nhere: ${here.path}\n`);
  });

  test("resumes a broken download and a broken upload", async () => {
    for (const dir of [there, here]) writeFileSync(dir.file("f"), dir === here ? "0123" : "0123456789");
    writeFileSync(here.file("g"), "abcdef");
    writeFileSync(there.file("g"), "abc");
    const { stdout } = await script(["reget f", "reput g", "reget f", "reput g"], ["-d"]);
    expect(stdout).toMatch(/6 bytes received/);
    expect(stdout).toMatch(/3 bytes sent/);
    expect(stdout.match(/^[fg]: was there already \(size compared\)$/gm)).toEqual([
      "f: was there already (size compared)",
      "g: was there already (size compared)",
    ]);
    expect(stdout.match(/^---> (?:STOR|APPE)/gm)).toEqual(["---> APPE"]);
    expect(readFileSync(here.file("f"), "utf8")).toBe("0123456789");
    expect(readFileSync(there.file("g"), "utf8")).toBe("abcdef");
  });

  test("with -d shows the dialogue as the case study has it, the password as XXXX", async () => {
    mkdirSync(there.file("d"));
    writeFileSync(there.file("d/f"), "x");
    const { stdout } = await script(["cd d", "-cd nowhere", "get f", "quit"], ["-d", "--active"]);
    const order = [
      "220 ",
      "---> USER anna",
      "331 ",
      "---> PASS XXXX",
      "230 ",
      "---> CWD d",
      "250 ",
      "---> CWD nowhere",
      "550 ",
    ];
    let at = 0;
    for (const begin of [...order, "---> EPRT |1|127.0.0.1|", "---> RETR f", "150 ", "226 ", "---> QUIT", "221 "]) {
      const index = stdout.indexOf(`\n${begin}`, at);
      expect(index, `${begin} in\n${stdout}`).toBeGreaterThanOrEqual(begin === "220 " ? -1 : at);
      at = Math.max(at, index);
    }
    expect(stdout).not.toContain("pa ss");
  });

  test("checksum shows what the server computes, as sha256sum --check reads it", async () => {
    writeFileSync(there.file("a b"), "text\n");
    const { stdout } = await script(['checksum "a b"', 'checksum "a b" md5']);
    writeFileSync(here.file("a b"), "text\n");
    const lines = stdout.split("\n").slice(1);
    const check = (program: string, line: string | undefined): string =>
      execFileSync(program, ["--check"], { input: `${line}\n`, cwd: here.path, encoding: "utf8" });
    expect(check("sha256sum", lines[0])).toBe("a b: OK\n");
    expect(check("md5sum", lines[1])).toBe("a b: OK\n");
    expect(await script(['checksum "a b" sha3'])).toMatchObject({ ended: "exit 2" });
  });

  test("explain and --explain give an error its long form and its scenario", async () => {
    const { stdout, stderr } = await script(["explain", "-cd nowhere", "explain"]);
    expect(stdout).toContain("\nNothing has failed.\n");
    expect(stdout).toMatch(/\ncould not change to "nowhere": 550 .*\nCode: FTP_REPLY_PERMANENT /);
    expect(stderr).not.toContain("Code: ");
    const long = await script(["cd nowhere"], ["--explain"]);
    expect(long.stderr).toMatch(/nowhere": 550 .*\n.*\n {2}Code: FTP_REPLY_PERMANENT /);
  });

  test("a .netrc that others may read is refused, and nobody is logged in", async () => {
    writeFileSync(here.file(".netrc"), "machine 127.0.0.1 login anna password secret", { mode: 0o644 });
    const ended = await sallyport(["ftp", "127.0.0.1", String(served.port)], { input: "pwd" });
    expect(ended).toMatchObject({ ended: "exit 2", stdout: "" });
    expect(ended.stderr).toMatch(/others may read or write it.*\n.*chmod 600/);
    expect(ended.stderr).not.toContain("secret");
  });

  test("proxy sends a file from server to server, both ways, and does all else at the second one", async () => {
    await using elsewhere = makeTempDir("elsewhere");
    const second = await served.openServer({ files: elsewhere.path });
    writeFileSync(there.file("f"), "from the first");
    const open = `proxy open 127.0.0.1 ${second.listeners[0]?.port}`;
    const lines = [open, "proxy get f g", "proxy put g h", "proxy mkdir d", "proxy size g", "proxy close"];
    const ended = await script(lines);
    expect(ended).toMatchObject({ ended: "exit 0", stderr: "" });
    expect(ended.stdout).toMatch(/14 bytes sent from server to server in \d+ ms\n.*\n14 bytes sent/);
    expect(readFileSync(elsewhere.file("g"), "utf8")).toBe("from the first");
    expect(readFileSync(there.file("h"), "utf8")).toBe("from the first");
    expect(existsSync(elsewhere.file("d"))).toBe(true);
    expect(readdirSync(here.path)).toEqual([".netrc"]);
    const { stdout } = await script([open, "pwd", "proxy pwd", "proxy close"], ["-d"]);
    expect(stdout.match(/^proxy: Connected to 127\.0\.0\.1\.$/gm)).toHaveLength(1);
    expect(stdout.match(/^(?:proxy: )?(?:---> PWD|257 .*|221 .*)$/gm)).toEqual([
      "---> PWD",
      expect.stringMatching(/^257 /),
      "proxy: ---> PWD",
      expect.stringMatching(/^proxy: 257 /),
      expect.stringMatching(/^proxy: 221 /),
      expect.stringMatching(/^221 /),
    ]);
    expect(await script(["proxy pwd"])).toMatchObject({
      ended: "exit 2",
      stderr: expect.stringContaining("proxy open"),
    });
  });

  test("--tls protects control and data, and refuses a certificate that nobody vouches for", async () => {
    const { certificate, key, certificateFile } = makeCertificate(here);
    const tls = { certificate, key, required: true, requireReuse: true };
    const listen = [{ port: 0 }, { port: 0, implicitTls: true }];
    const secured = await served.openServer({ listen, tls });
    writeFileSync(there.file("f"), "secret");
    writeFileSync(here.file(".netrc"), 'machine 127.0.0.1 login anna password "pa ss"', { mode: 0o600 });
    const options = { input: "get f -\nstatus" };
    for (const [index, kind] of ["--tls", "--implicit-tls"].entries()) {
      const words = ["ftp", kind, "--tls-ca", certificateFile, "127.0.0.1", `${secured.listeners[index]?.port}`];
      const { ended, stdout, stderr } = await sallyport(words, options);
      expect([ended, stderr]).toEqual(["exit 0", ""]);
      expect(stdout).toContain("secretConnected to 127.0.0.1");
      expect(stdout).toContain("inside TLS");
    }
    const port = `${secured.listeners[0]?.port}`;
    const untrusted = await sallyport(["ftp", "-d", "--tls", "127.0.0.1", port], options);
    expect(untrusted.ended).toBe("exit 1");
    expect(untrusted.stdout).not.toContain("USER");
  });

  test("a URL says user, password and directory", async () => {
    mkdirSync(there.file("d"));
    expect(await sallyport(["ftp", url("d")], { input: "pwd" })).toEqual({
      ended: "exit 0",
      stdout: "/d\n",
      stderr: "",
    });
    expect(await sallyport(["ftp", url("d/nowhere")], { input: "pwd" })).toMatchObject({ ended: "exit 1" });
  });
});
