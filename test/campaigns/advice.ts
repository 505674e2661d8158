// npm run campaign -- advice: every setting of vsftpd, ProFTPD, Pure-FTPd and sshd that the doctor advises on and that can be planted
// here: the fault planted, the doctor's finding, the setting as its remedy spells it, and the doctor again.
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { DoctorReport } from "../../src/doctor/report.ts";
import { findingRows } from "../../src/protocol/findings/findings.ts";
import { startTlsServer } from "../peers/tls-servers.ts";
import { type Certificate, makePublicCertificate } from "../support/certificate.ts";
import { runClient } from "../support/clients/run-client.ts";
import { type FtpServer, ftpServers } from "../support/ftp-servers.ts";
import { type HostPair, makeHostPair } from "../support/netns.ts";
import { startSshd } from "../support/sshd.ts";
import { type AdviceCase, type Kind, sshAddress, type World } from "./advice-case.ts";
import { adviceCases } from "./advice-cases.ts";

const bin = fileURLToPath(new URL("../../bin/sallyport.js", import.meta.url));
const say = (line: string): void => void process.stdout.write(`${line}\n`);

export async function advice(args: readonly string[]): Promise<number> {
  const several = { type: "string", multiple: true } as const;
  const { values } = parseArgs({ args: [...args], options: { finding: several, at: several } });
  const isChosen = ({ id, at }: AdviceCase): boolean =>
    (values.finding?.includes(id) ?? true) && (values.at?.includes(at) ?? true);
  const keys = makePublicCertificate();
  let failed = 0;
  say("| | of | planted | advised | the first visit | the next one |\n|---|---|---|---|---|---|");
  try {
    for (const one of adviceCases.filter(isChosen)) {
      const told = await tryCase(one, keys).catch((error: Error) => ({
        cells: [`failed: ${error.message}`],
        isWell: false,
      }));
      if (!told.isWell) failed += 1;
      say(`| ${[one.id, one.at, ...told.cells].join(" | ")} |${told.isWell ? "" : " **WRONG**"}`);
    }
  } finally {
    await keys[Symbol.asyncDispose]();
  }
  say(`\n${failed} of ${adviceCases.filter(isChosen).length} wrong`);
  return failed === 0 ? 0 : 1;
}

interface Outcome {
  readonly cells: readonly string[];
  readonly isWell: boolean;
}

async function tryCase(one: AdviceCase, keys: Certificate): Promise<Outcome> {
  const advised = settingsOf(one);
  const ill = await visit(one, one.fault, [], keys);
  const mendedLines = one.removes === true ? [] : replaced(one.fault, advised);
  const commands = one.at === "nftables" ? advised : [];
  const mended = await visit(one, one.at === "nftables" ? one.fault : mendedLines, commands, keys);
  const isWell = ill.includes(one.id) && !mended.includes(one.id) && mended.every((id) => ill.includes(id));
  const shown = (found: readonly string[]): string => (found.length === 0 ? "clean" : found.join(", "));
  const code = (lines: readonly string[]): string =>
    lines.map((line) => `\`${line.replaceAll("\n", "; ")}\``).join(", ");
  const planted = one.planted ?? code(one.fault);
  return {
    cells: [planted, `${one.removes === true ? "without " : ""}${code(advised)}`, shown(ill), shown(mended)],
    isWell,
  };
}

/** As the table has them: what is not in a remedy of this finding any more is no advice. */
function settingsOf({ id, at, advised, fill = (text) => text, line = (text) => text }: AdviceCase): readonly string[] {
  const texts = findingRows[id].remedies.filter((remedy) => remedy[0] === at).map((remedy) => remedy[1]);
  return advised.map((pattern) => {
    const found = texts.map((text) => pattern.exec(text)?.[0]).find((text) => text !== undefined);
    if (found === undefined) throw new Error(`no remedy of ${id} at ${at} says ${pattern}: ${texts.join("; ")}`);
    return line(fill(found));
  });
}

/** Lines of the fault that nothing replaces stay: they are the server's other settings. */
function replaced(fault: readonly string[], advised: readonly string[]): readonly string[] {
  const keyword = (line: string): string => line.split(/[=\s:]/)[0]?.toLowerCase() ?? "";
  const set = new Set(advised.map(keyword));
  return [...fault.filter((line) => !set.has(keyword(line))), ...advised];
}

/** What the doctor finds. `lines` are those of the server that the case is about; `commands` run on the host that has them. */
async function visit(
  one: AdviceCase,
  lines: readonly string[],
  commands: readonly string[],
  keys: Certificate,
): Promise<readonly string[]> {
  await using stack = new Started();
  const hosts = isNetworked(one.world) ? stack.use(makeHostPair()) : undefined;
  const server = stack.use(await startServer(one, lines, hosts, keys));
  makeUploads(one, server);
  if (one.taken !== undefined) stack.use(await taking(one.taken));
  const words = [...(one.words ?? []), ...(one.tls === true ? ["--tls", "--tls-ca", keys.certificateFile] : [])];
  if (one.world === "ssh" || one.world === "hosts and ssh" || one.world === "server elsewhere") {
    if (hosts !== undefined && one.world === "hosts and ssh") giveSshAddress(hosts);
    const address = one.world === "hosts and ssh" ? sshAddress : hosts?.server.address;
    const netns = hosts === undefined || address === undefined ? {} : { netns: hosts.server.name, address };
    const sshd = stack.use(await startSshd({ lines: one.at === "sshd_config" ? lines : [], ...netns }));
    if (one.keyOptions !== undefined) {
      const options = one.at === "server" ? lines.join(",") : one.keyOptions;
      const { authorizedKeys } = sshd.files;
      const key = execFileSync("ssh-keygen", ["-y", "-f", sshd.files.identityFile], { encoding: "latin1" });
      writeFileSync(authorizedKeys, options === "" ? key : `${options} ${key}`);
    }
    words.push("-F", sshd.configFile, "--via", sshd.hostAlias);
  }
  if (hosts !== undefined) {
    const rules = (one.filter ?? []).map((rule) => rule.replace("PORT", String(server.port)));
    const host = one.filterAt === "client" ? hosts.client : hosts.server;
    for (const rule of [...rules, ...commands.map((command) => command.replace(/^.*?nft /, ""))])
      hosts.run(host, "nft", ...rule.split(" "));
  }
  let [host, port]: [string, number] = [server.address, server.port];
  if (one.world === "relay") {
    const relay = stack.use(await startRelay(server));
    [host, port] = ["127.0.0.1", relay.port];
  }
  if (one.world === "two servers") {
    const other = stack.use(await ftpServers[server.kind]({ address: "127.0.0.2", ...one.options }));
    makeUploads(one, other);
    words.push("--third-party", `${server.address}:${server.port}`);
    [host, port] = [other.address, other.port];
  }
  if (one.url !== undefined) host = one.url;
  const { user, password } = server;
  const url = `ftp://${user}:${encodeURIComponent(password)}@${host}:${port}`;
  const { stdout, stderr } = await runClient(
    process.execPath,
    [bin, "doctor", "--json", "--allow-plaintext-login", ...words, url],
    {
      timeoutMs: 300_000,
      ...(hosts === undefined ? {} : { netns: hosts.client.name }),
    },
  );
  if (stdout === "") throw new Error(`the doctor says nothing: ${stderr}`);
  const report = JSON.parse(stdout) as DoctorReport;
  return [...new Set(report.findings.map(({ id }) => id))];
}

/** What was started, ended in the opposite order (Node 20 has no AsyncDisposableStack). */
class Started implements AsyncDisposable {
  readonly #all: AsyncDisposable[] = [];

  use<T extends AsyncDisposable>(one: T): T {
    this.#all.push(one);
    return one;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const one of this.#all.reverse()) await one[Symbol.asyncDispose]();
  }
}

/** vsftpd wants a root that an anonymous user cannot write to. */
function makeUploads({ uploads }: AdviceCase, { root }: FtpServer): void {
  if (uploads === undefined) return;
  chmodSync(root, 0o755);
  mkdirSync(join(root, uploads));
  chmodSync(join(root, uploads), 0o777);
}

async function taking(port: number): Promise<AsyncDisposable> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    async [Symbol.asyncDispose]() {
      server.close();
    },
  };
}

function giveSshAddress({ run, client, server }: HostPair): void {
  run(server, "ip", "address", "add", `${sshAddress}/24`, "dev", "wire");
  run(client, "ip", "route", "add", `${sshAddress}/32`, "dev", "wire");
}

const isNetworked = (world: World | undefined): boolean =>
  ["hosts", "hosts and ssh", "server elsewhere"].includes(world ?? "");

const kinds: Readonly<Partial<Record<Kind, FtpServer["kind"]>>> = {
  vsftpd: "vsftpd",
  ProFTPD: "proftpd",
  "Pure-FTPd": "pure-ftpd",
};

async function startServer(
  one: AdviceCase,
  lines: readonly string[],
  hosts: HostPair | undefined,
  keys: Certificate,
): Promise<FtpServer> {
  const end = one.world === "server elsewhere" ? hosts?.client : hosts?.server;
  const place = end === undefined ? {} : { netns: end.name, address: end.address };
  const kind = kinds[one.server ?? one.at] ?? "vsftpd";
  const isOwn = kinds[one.at] === kind;
  const more = [...(one.around ?? []), ...(isOwn ? lines : [])];
  if (one.tls !== undefined) {
    const name = kind === "proftpd" ? "proftpd-tls" : kind === "pure-ftpd" ? "pure-ftpd" : "vsftpd";
    return await startTlsServer(name, keys, "explicit", more);
  }
  return await ftpServers[kind]({ ...place, ...one.options, lines: more });
}

/** Its connections come from another address of this machine, as from a proxy or a forward for the control connection alone. */
async function startRelay(to: { readonly address: string; readonly port: number }) {
  const server = createServer((near) => {
    const far = connect({ host: to.address, port: to.port, localAddress: "127.0.0.2" });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on("error", () => other.destroy());
      one.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return {
    port,
    async [Symbol.asyncDispose]() {
      server.close();
    },
  };
}
