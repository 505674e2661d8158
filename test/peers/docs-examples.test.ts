// Every TypeScript example of the documentation is compiled as it stands and run, with this machine's rigs for its hosts.
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
        readFileSync(join(root, folder, path), "utf8").matchAll(/```ts\n(.*?)```/gs),
        ([, code = ""], index) => ({
          name: `${path} no. ${index + 1}`,
          code,
        }),
      ),
    );
}

const examples = examplesBelow("docs");

/** What each prints, in the order of the page. */
const printed = [
  /^report\.txt: 8 bytes, compared by size, 0 lines not understood\nFTP_REPLY_PERMANENT: 550$/,
  /^any FTP client can use ftp:\/\/127\.0\.0\.1:\d+$/,
  /^POLICY_BIND: .*-g/,
  /^0 transfers, 0 sessions\nclosed: in order$/,
  /^reports may read at ftp:\/\/127\.0\.0\.1:\d+$/,
  /^the time is at ftp:\/\/127\.0\.0\.1:\d+\/now\.txt$/,
  /^\d files?, compared by size, passive mode: passive first/,
];

describePeers(["sshd", "vsftpd"], "examples of the documentation", () => {
  let sshd: Sshd;
  let server: FtpServer;
  let dir: TempDir;
  beforeAll(async () => {
    sshd = await startSshd();
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
      .replaceAll('host: "ssh-host", user: "me"', `host: "${sshd.hostAlias}", configFile: "${sshd.configFile}"`)
      .replaceAll(
        'host: "ftp-host", user: "me", password: "secret"',
        `host: "127.0.0.1", port: ${server.port}, user: "${server.user}", password: "${server.password}"`,
      )
      .replaceAll('"/tmp/sallyport-hello.txt"', JSON.stringify(dir.file("hello.txt")))
      .replaceAll('localPathFor("/tmp"', `localPathFor(${JSON.stringify(dir.path)}`)
      .replaceAll('host: "ftp-host", hostPort: 21', `host: "127.0.0.1", hostPort: ${server.port}`);

  test("there are as many as are known here", () => {
    expect(examples.length).toBe(printed.length);
  });

  test("compile", () => {
    const base = join(root, "tsconfig.test.json");
    const paths = {
      sallyport: [join(root, "src/index.ts")],
      "sallyport/client": [join(root, "src/connect/index.ts")],
    };
    const compilerOptions = { rootDir: "/", paths, typeRoots: [join(root, "node_modules/@types")] };
    const config = { extends: base, compilerOptions, include: [dir.file("*.ts")] };
    writeFileSync(dir.file("tsconfig.json"), JSON.stringify(config));
    writeFileSync(dir.file("package.json"), JSON.stringify({ type: "module" }));
    const { stdout } = spawnSync(join(root, "node_modules/.bin/tsc"), ["-p", dir.file("tsconfig.json")], {
      encoding: "utf8",
    });
    expect(stdout).toBe("");
  });

  test.each(examples.map((example, index) => [example.name, index] as const))("%s runs", async (_name, index) => {
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    try {
      await import(pathToFileURL(dir.file(`${index}.ts`)).href);
      expect(log.mock.calls.map((words) => words.join(" ")).join("\n")).toMatch(printed[index]!);
    } finally {
      log.mockRestore();
    }
  });
});
