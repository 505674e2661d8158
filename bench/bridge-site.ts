// An SFTP server and an FTP server with the same files, near or far, and what leads to them: the columns of the bridges' table.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { hashPassword } from "../src/serve/passwords.ts";
import { freePort, freePortRange } from "../test/support/free-port.ts";
import { type FtpServer, startVsftpd } from "../test/support/ftp-servers.ts";
import { missing } from "../test/support/missing.ts";
import { startProgram } from "../test/support/program.ts";
import { type Sshd, startSshd } from "../test/support/sshd.ts";
import { makeTempDir, type TempDir } from "../test/support/tempdir.ts";
import { Belongings } from "./belongings.ts";
import type { Job } from "./client-job.ts";
import type { ClientSite, OpenClient } from "./client-site.ts";
import { curl } from "./client-site.ts";
import { makeLongLink } from "./long-link.ts";
import { NotMeasured, type Way } from "./measurement.ts";

export interface BridgeSite extends ClientSite {
  readonly sshd: Sshd;
  readonly vsftpd: FtpServer;
  /** Password file, batch files, host keys. */
  readonly dir: TempDir;
}

const user = "tester";
const password = "door and gate";
const host = "127.0.0.1";

export const bridges: readonly Way<BridgeSite, OpenClient>[] = [
  { name: "sftp", open: async (site) => client("sftp", (job) => sftp(site, job, directSftp(site), site.server.root)) },
  {
    name: "rclone copy, sftp",
    open: async (site) => client("rclone-sftp", (job) => rcloneCopy(site, job, rcloneSftp(site))),
  },
  { name: "rclone serve ftp", open: openRcloneFtp },
  { name: "bridge, openssh", open: (site) => openBridge(site, "openssh") },
  { name: "bridge, embedded", open: (site) => openBridge(site, "embedded") },
  {
    name: "rclone copy, ftp",
    open: async (site) => client("rclone-ftp", (job) => rcloneCopy(site, job, rcloneFtp(site))),
  },
  { name: "rclone serve sftp", open: openRcloneSftp },
  { name: "bridge --to-ftp", open: openToFtp },
];

/** Everything on this machine. */
export const nearBridgeSite = async (): Promise<BridgeSite> => openSite(new Belongings(), undefined);

/** The servers in a network namespace at the other end of a long link. */
export async function farBridgeSite(delayMs: number): Promise<BridgeSite> {
  const parts = new Belongings();
  const link = await makeLongLink(delayMs);
  parts.keep(link);
  return await openSite(parts, { near: link.near, far: link.far, address: link.farAddress });
}

async function openSite(
  parts: Belongings,
  link: { readonly near: string; readonly far: string; readonly address: string } | undefined,
): Promise<BridgeSite> {
  await using all = parts;
  const where = link === undefined ? {} : { netns: link.far };
  const client = { clientLines: ["Ciphers aes128-gcm@openssh.com"], lines: ["Subsystem sftp internal-sftp"] };
  const sshd = all.keep(
    await startSshd({ ...client, ...where, ...(link === undefined ? {} : { address: link.address }) }),
  );
  const vsftpd = all.keep(await startVsftpd(link === undefined ? {} : { ...where, address: "0.0.0.0" }));
  const dir = makeTempDir("bridges");
  all.keep({ [Symbol.asyncDispose]: async () => dir.remove() });
  writeFileSync(dir.file("users"), `${user}:${await hashPassword(password)}\n`, { mode: 0o600 });
  const { root, port } = vsftpd;
  const server = { host: link?.address ?? host, port, user: vsftpd.user, password: vsftpd.password, root };
  const kept = all.move();
  const dispose = (): Promise<void> => kept[Symbol.asyncDispose]();
  return { netns: link?.near, roots: [root], server, sshd, vsftpd, dir, [Symbol.asyncDispose]: dispose };
}

type Command = (job: Job) => readonly [string, ...string[]];

function client(name: string, command: Command, dispose: () => Promise<void> = async () => {}): OpenClient {
  return { name, command, [Symbol.asyncDispose]: dispose };
}

/** sftp(1) with all in one batch; `root`: the directory of the server's files. */
function sftp({ dir }: BridgeSite, job: Job, words: readonly string[], root: string): readonly [string, ...string[]] {
  const { direction, names, localDir, remoteDir } = job;
  const remote = join(root, remoteDir);
  const lines = names.map((name) =>
    direction === "download" ? `get ${remote}/${name} ${localDir}/` : `put ${localDir}/${name} ${remote}/`,
  );
  // Clients that run at the same time have the same files there.
  const batch = dir.file(`batch-${basename(direction === "download" ? localDir : remoteDir)}-${direction}`);
  writeFileSync(batch, `${lines.join("\n")}\n`);
  return ["sftp", "-q", "-b", batch, ...words];
}

const directSftp = ({ sshd }: BridgeSite): readonly string[] => ["-F", sshd.configFile, sshd.hostAlias];

/** One file after the other, as all the others do it. */
function rcloneCopy(
  site: BridgeSite,
  job: Job,
  remote: { readonly place: string; readonly root: string },
): readonly [string, ...string[]] {
  needRclone();
  const there = `${remote.place}${join(remote.root, job.remoteDir)}`;
  const way = job.direction === "download" ? [there, job.localDir] : [job.localDir, there];
  const one = ["--transfers", "1", "--checkers", "1"];
  return ["rclone", "--config", site.dir.file("rclone.conf"), "copy", ...one, ...way];
}

function needRclone(): void {
  if (missing(["rclone"]).length > 0) throw new NotMeasured("it is missing");
}

function rcloneSftp({ sshd, server }: BridgeSite): { place: string; root: string } {
  const { address, port, user: name, files } = sshd;
  const key = files.identityFile;
  const words = `host=${address},port=${port},user=${name},key_file=${key},shell_type=none,disable_hashcheck=true`;
  return { place: `:sftp,${words}:`, root: server.root };
}

function rcloneFtp({ server }: BridgeSite): { place: string; root: string } {
  const hidden = execFileSync("rclone", ["obscure", server.password], { encoding: "latin1" }).trim();
  return { place: `:ftp,host=${server.host},port=${server.port},user=${server.user},pass=${hidden}:`, root: "/" };
}

async function openRcloneFtp(site: BridgeSite): Promise<OpenClient> {
  needRclone();
  const offers = execFileSync("rclone", ["serve", "--help"], { encoding: "latin1" });
  if (!/^ *ftp\b/m.test(offers)) throw new NotMeasured("this rclone was built without `serve ftp` (Debian's is)");
  const { place, root } = rcloneSftp(site);
  const [port, { first, last }] = [await freePort(host), await freePortRange(20)];
  const words = ["--addr", `${host}:${port}`, "--passive-port", `${first}-${last}`, "--user", user, "--pass", password];
  const program = startProgram(
    "rclone",
    ["--config", site.dir.file("rclone.conf"), "serve", "ftp", "-v", ...words, `${place}${root}`],
    inNamespace(site),
  );
  await program.waitForLog(/Serving FTP|Listening|Go FTP Server listening/i);
  return client("rclone-serve-ftp", (job) => curl({ host, port, user, password }, job), program.stop);
}

async function openRcloneSftp(site: BridgeSite): Promise<OpenClient> {
  needRclone();
  const { place, root } = rcloneFtp(site);
  const port = await freePort(host);
  const words = ["--addr", `${host}:${port}`, "--authorized-keys", site.sshd.files.authorizedKeys];
  const program = startProgram(
    "rclone",
    ["--config", site.dir.file("rclone.conf"), "serve", "sftp", "-v", ...words, `${place}${root}`],
    inNamespace(site),
  );
  await program.waitForLog(/SFTP server listening/i);
  return client("rclone-serve-sftp", (job) => sftp(site, job, keyed(site, port), "/"), program.stop);
}

async function openBridge(site: BridgeSite, transport: string): Promise<OpenClient> {
  const { sshd, server } = site;
  const ssh = ["--ssh", transport, "-F", sshd.configFile];
  const words = ["-L", "0", ...ssh, "--password-file", site.dir.file("users"), `${sshd.hostAlias}:${server.root}`];
  const [program, port] = await openOurs(site, ["bridge", ...words], /^ftp:\/\/127\.0\.0\.1:(\d+) -> /m);
  return client(`bridge-${transport}`, (job) => curl({ host, port, user, password }, job), program.stop);
}

async function openToFtp(site: BridgeSite): Promise<OpenClient> {
  const { server, sshd, dir } = site;
  const { host: ftp, port: ftpPort, user: name, password: secret } = server;
  const keys = [
    "--password-file",
    dir.file("users"),
    "--authorized-keys",
    sshd.files.authorizedKeys,
    "--host-key",
    dir.file("host-key"),
  ];
  const place = `ftp://${name}:${secret}@${ftp}:${ftpPort}/`;
  const [program, port] = await openOurs(
    site,
    ["bridge", "--to-ftp", "--listen", "0", ...keys, place],
    /^s(?:sh|ftp):\/\/\S*?:(\d+)/m,
  );
  return client("bridge-to-ftp", (job) => sftp(site, job, keyed(site, port), ""), program.stop);
}

async function openOurs(site: BridgeSite, words: readonly string[], ready: RegExp) {
  const bin = fileURLToPath(new URL("../bin/sallyport.js", import.meta.url));
  const program = startProgram(process.execPath, [bin, ...words], inNamespace(site));
  try {
    const [, port] = await program.waitForLog(ready, 10_000);
    return [program, Number(port)] as const;
  } catch (error) {
    await program.stop();
    throw error;
  }
}

/** To a server of the moment on this machine. */
function keyed({ sshd }: BridgeSite, port: number): readonly string[] {
  const options = [
    "StrictHostKeyChecking=no",
    "UserKnownHostsFile=/dev/null",
    "Ciphers=aes128-gcm@openssh.com",
    "LogLevel=ERROR",
  ];
  const key = ["-i", sshd.files.identityFile, "-o", "IdentitiesOnly=yes"];
  return ["-F", "none", ...key, ...options.flatMap((option) => ["-o", option]), "-P", String(port), `${user}@${host}`];
}

const inNamespace = ({ netns }: BridgeSite): { netns?: string } => (netns === undefined ? {} : { netns });
