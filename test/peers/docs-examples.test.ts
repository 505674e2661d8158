// Every example of the documentation in TypeScript or JavaScript is compiled as it stands and run, with this machine's rigs for its hosts.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type FtpServer, startVsftpd } from "../support/ftp-servers.ts";
import { describePeers } from "../support/missing.ts";
import { watchResources } from "../support/resources.ts";
import { type Sshd, startSshd } from "../support/sshd.ts";
import { makeTempDir, type TempDir } from "../support/tempdir.ts";

watchResources();

const root = fileURLToPath(new URL("../..", import.meta.url));

interface Example {
  readonly name: string;
  readonly code: string;
}

function examplesBelow(folder: string): Example[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".md"))
    .flatMap((path) =>
      Array.from(
        readFileSync(join(root, folder, path), "utf8").matchAll(/```(?:ts|js)\n(.*?)```/gs),
        ([, code = ""], index) => ({
          name: `${path} no. ${index + 1}`,
          code,
        }),
      ),
    );
}

const examples = examplesBelow("docs");

/** What each prints. */
const printed: Readonly<Record<string, RegExp>> = {
  "guides/bridge.md no. 1": /^ftp:\/\/127\.0\.0\.1:\d+ ftp:\/\/127\.0\.0\.1:\d+ \d+$/,
  "guides/bring-your-own-network.md no. 1": /^10 of \d\d facts, \d+ connections$/,
  "guides/bring-your-own-network.md no. 2": /^\d facts about an SSH host$/,
  "guides/client.md no. 1":
    /^report\.txt: 8 bytes, compared by size, 0 lines not understood\nFTP_REPLY_PERMANENT: 550$/,
  "guides/library.md no. 1": /^any FTP client can use ftp:\/\/127\.0\.0\.1:\d+$/,
  "guides/library.md no. 2": /^POLICY_BIND: .*-g/,
  "guides/library.md no. 3": /^0 transfers, 0 sessions\nclosed: in order$/,
  "guides/library.md no. 4": /^reports may read at ftp:\/\/127\.0\.0\.1:\d+$/,
  "guides/library.md no. 5": /^the time is at ftp:\/\/127\.0\.0\.1:\d+\/now\.txt$/,
  "guides/library.md no. 6": /^\d files?, compared by size, passive mode: passive first/,
  "guides/library.md no. 7": /^1 up \(12 bytes\), size compared, 1 down, 0 failed$/,
  "guides/library.md no. 8": /^logged in: \/\S*$/,
  "guides/tls.md no. 1": /^ftp:\/\/127\.0\.0\.1:\d+$/,
};

describePeers(["sshd", "vsftpd"], "examples of the documentation", () => {
  let sshd: Sshd;
  let server: FtpServer;
  let dir: TempDir;
  beforeAll(async () => {
    sshd = await startSshd({ lines: ["Subsystem sftp internal-sftp"] });
    server = await startVsftpd();
    dir = makeTempDir("examples");
    symlinkSync(join(root, "node_modules"), dir.file("node_modules"));
    for (const [index, { code }] of examples.entries()) writeFileSync(dir.file(`${index}.ts`), withRigs(code));
  });
  afterAll(async () => {
    await Promise.all([sshd.stop(), server.stop()]);
    dir.remove();
  });

  const withRigs = (code: string): string =>
    code
      .replaceAll('"/tmp/sallyport-', `"${dir.path}/sallyport-`)
      .replaceAll('host: "ssh-host", user: "me"', `host: "${sshd.hostAlias}", configFile: "${sshd.configFile}"`)
      .replaceAll(
        'host: "ftp-host", user: "me", password: "secret"',
        `host: "127.0.0.1", port: ${server.port}, user: "${server.user}", password: "${server.password}"`,
      )
      .replaceAll('localPathFor("/tmp"', `localPathFor(${JSON.stringify(dir.path)}`)
      .replaceAll('host: "ftp-host", hostPort: 21', `host: "127.0.0.1", hostPort: ${server.port}`);

  test("there are as many as are known here", () => {
    expect(examples.map(({ name }) => name).sort()).toEqual(Object.keys(printed).sort());
  });

  const compile = (options: Record<string, unknown>): string => {
    const paths = {
      sallyport: [join(root, "src/index.ts")],
      "sallyport/client": [join(root, "src/connect/index.ts")],
      "sallyport/testing": [join(root, "src/testing/index.ts")],
    };
    const compilerOptions = { rootDir: "/", paths, typeRoots: [join(root, "node_modules/@types")] };
    const config = { ...options, include: [dir.file("*.ts")] };
    Object.assign(config, { compilerOptions: { ...compilerOptions, ...Object(options["compilerOptions"]) } });
    writeFileSync(dir.file("tsconfig.json"), JSON.stringify(config));
    writeFileSync(dir.file("package.json"), JSON.stringify({ type: "module" }));
    return spawnSync(join(root, "node_modules/.bin/tsc"), ["-p", dir.file("tsconfig.json")], { encoding: "utf8" })
      .stdout;
  };

  test("compile", () => {
    expect(compile({ extends: join(root, "tsconfig.test.json") })).toBe("");
  });

  test("compile with the settings that the guide names, and emit no `await using`", () => {
    const [, settings = ""] =
      /```json\n(.*?)```/s.exec(readFileSync(join(root, "docs/guides/library.md"), "utf8")) ?? [];
    const { compilerOptions } = JSON.parse(settings) as { compilerOptions: Record<string, unknown> };
    // The sources stand in for the package here.
    const sources = { rewriteRelativeImportExtensions: true, outDir: dir.file("out") };
    expect(compile({ compilerOptions: { ...compilerOptions, ...sources } })).toBe("");
    const emitted = readdirSync(dir.file("out"), { recursive: true, encoding: "utf8" }).filter((path) =>
      /\/\d+\.js$/.test(path),
    );
    expect(emitted).toHaveLength(examples.length);
    const texts = emitted.map((path) => readFileSync(join(dir.file("out"), path), "utf8"));
    expect(texts.filter((text) => /^\s*await using/m.test(text))).toEqual([]);
  });

  test.each(examples.map((example, index) => [example.name, index] as const))("%s runs", async (name, index) => {
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    try {
      await import(pathToFileURL(dir.file(`${index}.ts`)).href);
      expect(log.mock.calls.map((words) => words.join(" ")).join("\n")).toMatch(printed[name] as RegExp);
    } finally {
      log.mockRestore();
    }
  });
});
