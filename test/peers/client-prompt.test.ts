// `sallyport ftp` as it is typed, with real servers: directly and through an SSH host, in every mode.
import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type BuiltProgram, buildProgram, run } from "../cli/support/built-program.ts";
import { type FtpServer, ftpServers } from "../support/ftp-servers.ts";
import { describePeers } from "../support/missing.ts";
import { watchResources } from "../support/resources.ts";
import { type Sshd, startSshd } from "../support/sshd.ts";
import { makeTempDir, type TempDir } from "../support/tempdir.ts";

watchResources();

for (const kind of ["vsftpd", "proftpd"] as const) {
  describePeers(["sshd", kind], `the prompt with ${kind}`, () => {
    let program: BuiltProgram;
    let server: FtpServer;
    let sshd: Sshd;
    let home: TempDir;
    beforeAll(async () => {
      program = buildProgram();
      home = makeTempDir("home");
      [server, sshd] = await Promise.all([ftpServers[kind](), startSshd()]);
      writeFileSync(home.file(".netrc"), `machine 127.0.0.1 login ${server.user} password "${server.password}"`, {
        mode: 0o600,
      });
      writeFileSync(home.file("up.txt"), "from here\n");
      server.place("one.txt", "from there\n");
      server.place("two words.txt", "from there, too\n");
    });
    afterAll(async () => {
      await Promise.all([server.stop(), sshd.stop()]);
      home.remove();
    });

    const lines = ["lcd ~", "mget *.txt", "put up.txt", "size up.txt", "-cd nowhere", "dir", "delete up.txt"];
    const ways = [[], ["--active"], ...["openssh", "embedded"].map((ssh) => ["--ssh", ssh, "--via", "", "-F", ""])];

    test.each(ways.map((words) => [words.join(" ") || "directly", words] as const))(
      "a session %s",
      async (_, words) => {
        const options = words.map((word, index) => {
          if (word !== "") return word;
          return words[index - 1] === "-F" ? sshd.configFile : sshd.hostAlias;
        });
        const { ended, stdout, stderr } = await run(
          program.real,
          ["ftp", "-d", ...options, "127.0.0.1", `${server.port}`],
          {
            env: { HOME: home.path },
            input: lines.join("\n"),
          },
        );
        expect([ended, stderr.match(/could not change to "nowhere": 550/g)?.length], stdout + stderr).toEqual([
          "exit 0",
          1,
        ]);
        expect(stdout).toContain("---> PASS XXXX");
        expect(stdout).not.toContain(server.password);
        expect(stdout).toContain("up.txt\t10\n");
        expect(stdout).toMatch(/^-rw.* one\.txt$/m);
        expect(readFileSync(home.file("one.txt"), "utf8")).toBe("from there\n");
        expect(readFileSync(home.file("two words.txt"), "utf8")).toBe("from there, too\n");
        if (words.includes("--active")) expect(stdout).toMatch(/^---> (?:EPRT|PORT) /m);
        else expect(stdout).toMatch(/^---> EPSV$/m);
      },
    );
  });
}
