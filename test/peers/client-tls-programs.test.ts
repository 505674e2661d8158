// FTPS as it is typed: get, put and the prompt, directly and through an SSH host, with servers that demand session reuse.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BuiltProgram, buildProgram, run } from "../cli/support/built-program.ts";
import { makePublicCertificate } from "../support/certificate.ts";
import { type FtpServer, startProftpd, startVsftpd } from "../support/ftp-servers.ts";
import { describePeers } from "../support/missing.ts";
import { watchResources } from "../support/resources.ts";
import { type Sshd, startSshd } from "../support/sshd.ts";
import { makeTempDir, type TempDir } from "../support/tempdir.ts";
import { proftpdTlsLines, vsftpdTlsLines } from "../support/tls-lines.ts";

watchResources();

const content = Buffer.from(Array.from({ length: 1_000_000 }, (_, index) => (index * 13 + (index >> 10)) & 255));

/** Each server with each kind of TLS and each transport once. */
const rows = [
  ["vsftpd", "explicit", "openssh"],
  ["vsftpd", "implicit", "embedded"],
  ["proftpd-tls", "explicit", "embedded"],
  ["proftpd-tls", "implicit", "openssh"],
] as const;

describePeers(["sshd", "vsftpd", "proftpd-tls"], "FTPS as it is typed", () => {
  let program: BuiltProgram;
  let sshd: Sshd;
  let keys: ReturnType<typeof makePublicCertificate>;
  let home: TempDir;
  beforeAll(async () => {
    program = buildProgram();
    sshd = await startSshd();
    keys = makePublicCertificate();
    home = makeTempDir("home");
    writeFileSync(home.file("up"), content);
  });
  afterAll(async () => {
    await sshd.stop();
    for (const one of [keys, home]) one.remove();
  });

  for (const [name, kind, transport] of rows) {
    describe(`${name}, ${kind} TLS`, () => {
      let server: FtpServer;
      let url: string;
      beforeAll(async () => {
        const tls = name === "vsftpd" ? vsftpdTlsLines(keys, kind) : proftpdTlsLines(keys, kind);
        const start = name === "vsftpd" ? startVsftpd : startProftpd;
        server = await start({ lines: tls });
        const who = `${encodeURIComponent(server.user)}:${encodeURIComponent(server.password)}`;
        url = `${kind === "implicit" ? "ftps" : "ftp"}://${who}@127.0.0.1:${server.port}`;
      });
      afterAll(() => server.stop());

      const through = (): string[] => ["--via", sshd.hostAlias, "-F", sshd.configFile, "--ssh", transport];
      const sallyport = (words: readonly string[], input = "") =>
        run(program.real, words, { env: { HOME: home.path }, input });
      const trusting = (): string[] => ["--tls-ca", keys.certificateFile, ...(kind === "explicit" ? ["--tls"] : [])];

      test(`put directly, get through SSH (${transport})`, async () => {
        expect(await sallyport(["put", ...trusting(), home.file("up"), `${url}/f`])).toMatchObject({ ended: "exit 0" });
        const got = await sallyport(["get", ...trusting(), ...through(), `${url}/f`, home.file("down")]);
        expect(got).toMatchObject({ ended: "exit 0" });
        expect(readFileSync(home.file("down")).equals(content)).toBe(true);
      });

      test(`the prompt through SSH (${transport})`, async () => {
        const lines = [`lcd ${home.path}`, "status", "put up g", "passive off", "get g down"];
        const { ended, stdout, stderr } = await sallyport(
          ["ftp", "-d", ...trusting(), ...through(), url],
          lines.join("\n"),
        );
        expect([ended, stderr], stdout).toEqual(["exit 0", ""]);
        expect(stdout).toContain(", inside TLS.");
        expect(stdout).toContain("---> PROT P\n");
        expect(stdout).not.toContain(server.password);
        expect(stdout).toMatch(
          /^1,000,000 bytes sent in .*\n(?:.*\n)*---> (?:EPRT|PORT) .*\n(?:.*\n)*1,000,000 bytes received/m,
        );
        expect(readFileSync(home.file("down")).equals(content)).toBe(true);
      });

      // With implicit TLS both sides would wait for the other to begin.
      if (kind === "implicit") return;
      test("without --tls nobody is let in, and nothing is written here", async () => {
        const clear = await sallyport(["get", `${url}/f`, home.file("clear")]);
        expect(clear.ended).toBe("exit 1");
        expect(existsSync(home.file("clear"))).toBe(false);
      });
    });
  }

  test("cp asks for SSCN, is refused for want of session reuse, and goes through here", async () => {
    await using from = await startVsftpd({ lines: vsftpdTlsLines(keys, "explicit") });
    await using to = await startProftpd({ lines: proftpdTlsLines(keys, "explicit") });
    from.place("f", content);
    const urls = [from, to].map(
      ({ user, password, port }) => `ftp://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}/f`,
    );
    const words = ["cp", "--tls", "--tls-ca", keys.certificateFile, ...urls];
    const { ended, stderr } = await run(program.real, words, { env: { HOME: home.path } });
    expect(ended, stderr).toBe("exit 0");
    expect(to.log()).toContain("SSCN ON");
    expect(stderr).toMatch(/the servers do not send to each other \(.*\); through this machine then/);
    expect(stderr).toContain("bytes copied through this machine in");
    expect(to.content("f").equals(content)).toBe(true);
  });
});
