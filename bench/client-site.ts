// One FTP server, near or far, and the FTP clients that are compared there: the columns of their table.
import { fileURLToPath } from "node:url";
import { startVsftpd } from "../test/support/ftp-servers.ts";
import { missing } from "../test/support/missing.ts";
import { Belongings } from "./belongings.ts";
import type { Job } from "./client-job.ts";
import { makeLongLink } from "./long-link.ts";
import { NotMeasured, type Site, type Way } from "./measurement.ts";

export interface ClientSite extends Site {
  readonly server: Target & { readonly root: string };
}

interface Target {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** It offers TLS with that. */
  readonly certificate?: string;
}

/** A client that can be run. */
export interface OpenClient extends AsyncDisposable {
  readonly name: string;
  /** Of the server that it has for itself. Absent: the site's. */
  readonly root?: string;
  /** The command that does the job. @throws {@link NotMeasured} when this client cannot */
  command(job: Job): readonly [string, ...string[]];
}

type Command = (target: Target, job: Job) => readonly [string, ...string[]];

export const clients: readonly Way<ClientSite, OpenClient>[] = [
  client("curl", curl),
  client("lftp", lftp),
  client("basic-ftp", basicFtp),
  client("sallyport", sallyport),
];

function client(name: string, words: Command): Way<ClientSite, OpenClient> {
  const open = async ({ server }: ClientSite): Promise<OpenClient> => {
    if (name === "lftp" && missing(["lftp"]).length > 0) throw new NotMeasured("it is missing");
    return { name, command: (job) => words(server, job), [Symbol.asyncDispose]: async () => {} };
  };
  return { name, open };
}

/** Client and server on this machine. */
export async function nearClientSite(): Promise<ClientSite> {
  const server = await startVsftpd();
  const { port, user, password, root } = server;
  const target = { host: "127.0.0.1", port, user, password, root };
  return { netns: undefined, roots: [root], server: target, [Symbol.asyncDispose]: () => server.stop() };
}

/** In two network namespaces, joined by a long link. */
export async function farClientSite(delayMs: number): Promise<ClientSite> {
  await using parts = new Belongings();
  const link = parts.keep(await makeLongLink(delayMs));
  const { port, user, password, root } = parts.keep(await startVsftpd({ netns: link.far, address: "0.0.0.0" }));
  const target = { host: link.farAddress, port, user, password, root };
  const kept = parts.move();
  return { netns: link.near, roots: [root], server: target, [Symbol.asyncDispose]: () => kept[Symbol.asyncDispose]() };
}

/** Without a listing: it has none that it would follow, so it gets the list of the URLs. */
export function curl({ host, port, user, password }: Target, job: Job): [string, ...string[]] {
  const url = (name: string): string => `ftp://${host}:${port}/${job.remoteDir}/${name}`;
  const files =
    job.direction === "download"
      ? ["--remote-name-all", "--create-dirs", "--output-dir", job.localDir, ...job.names.map(url)]
      : job.names.flatMap((name) => ["--upload-file", `${job.localDir}/${name}`, url(name)]);
  const parallel = job.sessions > 1 ? ["--parallel", "--parallel-max", String(job.sessions)] : [];
  return ["curl", "--silent", "--show-error", "--fail-early", "--user", `${user}:${password}`, ...parallel, ...files];
}

function lftp({ host, port, user, password }: Target, job: Job): [string, ...string[]] {
  const { direction, tree, names, localDir, remoteDir, sessions } = job;
  const files = direction === "download" ? `get ${names.join(" ")}` : `put ${names.join(" ")}`;
  const work = tree
    ? [`mirror --parallel=${sessions} ${remoteDir} ${localDir}`]
    : [`cd ${remoteDir}`, `lcd ${localDir}`, files];
  const script = ["set cmd:fail-exit on", `open -u ${user},${password} -p ${port} ${host}`, ...work].join("; ");
  return ["lftp", "--norc", "-c", script];
}

function basicFtp(target: Target, job: Job): [string, ...string[]] {
  if (job.sessions > 1) throw new NotMeasured("it has one session only");
  return [process.execPath, pathOf("./basic-ftp.js"), JSON.stringify({ ...target, ...job })];
}

export function sallyport({ host, port, user, password, certificate }: Target, job: Job): [string, ...string[]] {
  const { direction, tree, names, localDir, remoteDir, sessions, auto } = job;
  const url = `ftp://${user}:${password}@${host}:${port}/${remoteDir}/`;
  const program = [pathOf("../bin/sallyport.js"), direction === "download" ? "get" : "put", "-q"];
  if (job.tls && certificate === undefined) throw new NotMeasured("this server offers no TLS");
  if (job.tls && certificate !== undefined) program.push("--tls", "--tls-ca", certificate);
  const files =
    direction === "download"
      ? [...names.map((name) => url + name), `${localDir}/`]
      : [...names.map((name) => `${localDir}/${name}`), url];
  const words = tree ? ["-r", "-j", auto ? "auto" : String(sessions), url, localDir] : files;
  return [process.execPath, ...program, ...words];
}

const pathOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
