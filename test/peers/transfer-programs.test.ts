import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type BuiltProgram, buildProgram, run, start } from "../cli/support/built-program.ts";
import { type FtpServer, ftpServers, startProftpd, startVsftpd } from "../support/ftp-servers.ts";
import { describePeers } from "../support/missing.ts";
import { untilPortsAreFree } from "../support/other-ports.ts";
import { descendantsOf, signalProcess } from "../support/processes.ts";
import { watchResources } from "../support/resources.ts";
import { type Sshd, startSshd } from "../support/sshd.ts";
import { makeTempDir, type TempDir } from "../support/tempdir.ts";

watchResources();

const content = Buffer.from(Array.from({ length: 1_000_000 }, (_, index) => (index * 13 + (index >> 10)) & 255));

/** At most 25 MB/s: two seconds, in which a transfer can be ended, however busy this machine is. */
const big = Buffer.alloc(50_000_000, content);
const slowly = {
  vsftpd: ["local_max_rate=25000000"],
  proftpd: ["TransferRate RETR,STOR,APPE 24400"],
} as const;

let program: BuiltProgram;
beforeAll(() => {
  program = buildProgram();
});

let here: TempDir;
beforeEach(() => {
  here = makeTempDir("here");
});
afterEach(() => here.remove());

const urlOf = ({ user, password, address, port }: FtpServer, path: string): string =>
  `ftp://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${address}:${port}/${path}`;

const sallyport = (...words: readonly string[]) => run(program.real, [...words], { env: { HOME: here.path } });

/** The first bytes of `big` are here; a part with nothing in it would be taken away again. */
async function partHasBegun(): Promise<void> {
  const bytes = (): number => statSync(here.file("big.sallyport-part"), { throwIfNoEntry: false })?.size ?? 0;
  await expect.poll(bytes, { interval: 2 }).toBeGreaterThan(0);
}

/** A tree with odd names, sent, brought back in parallel, and compared. */
async function expectTreeThereAndBack(server: FtpServer, options: readonly string[]): Promise<void> {
  const names = [" lead", "trail ", "zwei ä", "%41;x", "'\"`$(id)", "*?[", "-r", "a -> b"];
  mkdirSync(here.file("t/sub/deep er"), { recursive: true });
  mkdirSync(here.file("t/empty"));
  for (const name of names) writeFileSync(here.file(`t/sub/deep er/${name}`), name);
  writeFileSync(here.file("t/big"), content);
  const sent = await sallyport("put", ...options, "-r", "-j", "3", here.file("t"), urlOf(server, ""));
  expect(sent, sent.stderr).toMatchObject({ ended: "exit 0", stdout: "" });
  const brought = await sallyport("get", ...options, "-r", "-j", "3", urlOf(server, "t"), here.file("back"));
  expect(brought, brought.stderr).toMatchObject({ ended: "exit 0", stdout: "" });
  expect(readFileSync(here.file("back/big")).equals(content)).toBe(true);
  expect(readdirSync(here.file("back/sub/deep er")).sort()).toEqual([...names].sort());
  for (const name of names) expect(readFileSync(here.file(`back/sub/deep er/${name}`), "utf8")).toBe(name);
  expect(readdirSync(here.file("back/empty"))).toEqual([]);
  const { stdout } = await sallyport("ls", ...options, urlOf(server, "t/"));
  expect(stdout.split("\n").map((line) => line.slice(34))).toEqual(expect.arrayContaining(["big", "empty", "sub"]));
}

for (const kind of ["vsftpd", "proftpd"] as const) {
  describePeers([kind, "sshd"], kind, () => {
    let server: FtpServer;
    let sshd: Sshd;
    beforeEach(async () => {
      [server, sshd] = await Promise.all([ftpServers[kind]({ lines: slowly[kind] }), startSshd()]);
    });
    afterEach(async () => {
      await Promise.all([server.stop(), sshd.stop()]);
    });

    test.each(["passive", "active"])("--%s: a tree there and back", async (mode) => {
      await expectTreeThereAndBack(server, [`--${mode}`]);
    });

    test.each(["openssh", "embedded"])("--via, %s: a tree there and back", async (transport) => {
      await expectTreeThereAndBack(server, ["--via", sshd.hostAlias, "-F", sshd.configFile, "--ssh", transport]);
      // Three runs, one SSH connection each.
      expect(sshd.log().match(/Accepted publickey/g)?.length).toBe(3);
    });

    test("directories are made, files moved, and a tree removed with what LIST hides", async () => {
      server.place("f", "content");
      const moved = [urlOf(server, "f"), urlOf(server, "a/b/.hidden")];
      expect((await sallyport("mkdir", "-p", urlOf(server, "a/b/c"))).ended).toBe("exit 0");
      expect((await sallyport("mv", ...moved)).ended).toBe("exit 0");
      expect(server.content("a/b/.hidden").toString()).toBe("content");
      expect(await sallyport("rm", urlOf(server, "a"))).toMatchObject({
        ended: "exit 1",
        stderr: expect.stringContaining("Add -r"),
      });
      expect((await sallyport("rm", "-r", urlOf(server, "a"))).ended).toBe("exit 0");
      expect((await sallyport("ls", urlOf(server, "a"))).ended).toBe("exit 1");
    });

    test("--default-port brings a file, or says that the server has no default data ports", async () => {
      server.place("f", content);
      const ended = await untilPortsAreFree(
        () => sallyport("get", "--explain", "--default-port", urlOf(server, "f"), here.path),
        ({ stderr }) => stderr,
      );
      if (kind === "vsftpd") {
        expect(ended).toMatchObject({
          ended: "exit 1",
          stderr: expect.stringContaining("D29: "),
        });
        return;
      }
      expect(ended, ended.stderr).toMatchObject({ ended: "exit 0" });
      expect(readFileSync(here.file("f")).equals(content)).toBe(true);
    });

    test("a session that is killed in the middle leaves a part; --resume ends it", async () => {
      server.place("big", big);
      await using started = start(program.real, ["get", "--explain", urlOf(server, "big"), here.path], {
        env: { HOME: here.path },
      });
      await partHasBegun();
      for (const pid of descendantsOf(server.pid)) signalProcess(pid, "SIGKILL");
      expect(await started.ended).toBe("exit 1");
      expect(started.stderr()).toMatch(/sallyport-part keeps [\d,]+ bytes of it; --resume/);
      expect(started.stderr()).toMatch(/S20: /);
      expect(readdirSync(here.path)).toEqual(["big.sallyport-part", "big.sallyport-source"]);
      const again = await sallyport("get", "--resume", urlOf(server, "big"), here.path);
      expect(again.ended).toBe("exit 0");
      expect(readFileSync(here.file("big")).equals(big)).toBe(true);
    });

    test("--retry goes on by itself, over a new session", async () => {
      server.place("big", big);
      const words = ["get", "--retry", "2", urlOf(server, "big"), here.path];
      await using started = start(program.real, words, { env: { HOME: here.path } });
      await partHasBegun();
      for (const pid of descendantsOf(server.pid)) signalProcess(pid, "SIGKILL");
      expect(await started.ended).toBe("exit 0");
      expect(started.stderr()).toMatch(/attempt 2 of 3/);
      expect(readFileSync(here.file("big")).equals(big)).toBe(true);
    });

    test("Ctrl-C during an upload says ABOR, and --resume ends it", async () => {
      writeFileSync(here.file("big"), big);
      await using started = start(program.real, ["put", here.file("big"), urlOf(server, "big")], {
        env: { HOME: here.path },
      });
      await expect.poll(() => existsSync(`${server.root}/big`), { interval: 2 }).toBe(true);
      started.kill("SIGINT");
      expect(await started.ended).toBe("exit 130");
      expect(server.content("big").length).toBeLessThan(big.length);
      const again = await sallyport("put", "--resume", here.file("big"), urlOf(server, "big"));
      expect(again.ended).toBe("exit 0");
      expect(server.content("big").equals(big)).toBe(true);
    });
  });
}

describePeers(["vsftpd", "proftpd", "sshd"], "cp", () => {
  test("servers that allow it send to each other, through SSH too", async () => {
    await using from = await startVsftpd();
    await using to = await startProftpd();
    await using sshd = await startSshd();
    from.place("one", content);
    for (const options of [[], ["--via", sshd.hostAlias, "-F", sshd.configFile]]) {
      const ended = await sallyport("cp", ...options, urlOf(from, "one"), urlOf(to, "two"));
      expect(ended).toMatchObject({ ended: "exit 0", stderr: expect.stringContaining("copied third-party in") });
      expect(to.content("two").equals(content)).toBe(true);
    }
  });

  test.each(["vsftpd", "proftpd"] as const)(
    "%s refuses an address of others: through here, asked once",
    async (kind) => {
      await using from = await startVsftpd({ address: "127.0.0.2" });
      await using to = await ftpServers[kind]();
      for (const name of ["one", "two", "three"]) from.place(name, content);
      const sources = ["one", "two", "three"].map((name) => urlOf(from, name));
      const ended = await sallyport("cp", "--verify", ...sources, urlOf(to, ""));
      expect(ended.ended).toBe("exit 0");
      expect(ended.stderr.match(/the servers do not send to each other \(.*500 /g)?.length).toBe(1);
      expect(ended.stderr.match(/bytes copied through this machine in/g)?.length).toBe(3);
      expect(to.log().match(/EPRT|PORT/g)?.length ?? 0).toBeGreaterThan(0);
      expect(to.content("three").equals(content)).toBe(true);
    },
  );

  test("--resume goes on at the other server", async () => {
    await using from = await startVsftpd();
    await using to = await startProftpd();
    from.place("f", content);
    to.place("f", content.subarray(0, 300_000));
    const ended = await sallyport("cp", "--json", "--resume", urlOf(from, "f"), urlOf(to, "f"));
    expect(ended.ended).toBe("exit 0");
    expect(JSON.parse(ended.stdout.split("\n")[0] ?? "")).toMatchObject({
      event: "file",
      bytes: 700_000,
      how: "through this machine",
    });
    expect(to.content("f").equals(content)).toBe(true);
  });
});

describePeers(["vsftpd", "sshd"], "get and put", () => {
  test("over IPv6; and SSH that cannot be reached is status 255", async () => {
    await using server = await startVsftpd({ address: "::1" });
    server.place("f", content);
    const url = urlOf(server, "f").replace("@::1:", "@[::1]:");
    for (const mode of ["--passive", "--active"]) {
      expect((await sallyport("get", mode, url, here.path)).ended).toBe("exit 0");
      expect(readFileSync(here.file("f")).equals(content)).toBe(true);
    }
    for (const transport of ["openssh", "embedded"]) {
      const ended = await sallyport("get", "--via", "127.0.0.1:1", "--ssh", transport, url, here.path);
      expect({ transport, ended: ended.ended }).toEqual({ transport, ended: "exit 255" });
    }
  });

  test.each(["openssh", "embedded"])("%s: SSH that is lost in the middle leaves a part, no file", async (transport) => {
    await using server = await startVsftpd({ lines: slowly.vsftpd });
    await using sshd = await startSshd();
    server.place("big", big);
    const via = ["--via", sshd.hostAlias, "-F", sshd.configFile, "--ssh", transport];
    await using started = start(program.real, ["get", ...via, urlOf(server, "big"), here.path], {
      env: { HOME: here.path },
    });
    await partHasBegun();
    await sshd.killConnections();
    expect(await started.ended).toMatch(/^exit (?:1|255)$/);
    expect(readdirSync(here.path)).toEqual(["big.sallyport-part", "big.sallyport-source"]);
    expect((await sallyport("get", ...via, "--resume", urlOf(server, "big"), here.path)).ended).toBe("exit 0");
    expect(readFileSync(here.file("big")).equals(big)).toBe(true);
  });

  test("a tree is brought with four commands for each file, and no password is shown", async () => {
    await using server = await startVsftpd();
    for (const name of ["a", "b", "c", "d"]) server.place(name, name);
    const { ended, stderr } = await sallyport("get", "-d", "-r", urlOf(server, ""), here.file("t"));
    expect(ended).toBe("exit 0");
    const commands = Array.from(stderr.matchAll(/^---> (\w+)/gm), ([, verb]) => verb);
    const first = commands.indexOf("SIZE");
    expect(commands.slice(first)).toEqual([...Array(4).fill(["SIZE", "MDTM", "EPSV", "RETR"]).flat(), "QUIT"]);
    expect(stderr).not.toContain(server.password);
  });
});
