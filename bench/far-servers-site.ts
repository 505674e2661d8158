// Three FTP servers far away, and our client at each of them: the columns of their table.
import { chmodSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { startProftpd, startVsftpd } from "../test/support/ftp-servers.ts";
import { missing } from "../test/support/missing.ts";
import { startProgram } from "../test/support/program.ts";
import { Belongings } from "./belongings.ts";
import { type ClientSite, type OpenClient, sallyport } from "./client-site.ts";
import { type LongLink, makeLongLink } from "./long-link.ts";
import { NotMeasured, type Way } from "./measurement.ts";
import { type OwnServer, password, prepareOwn, user } from "./own-server.ts";
import { proftpdTls, vsftpdTls } from "./server-site.ts";

type Server = ClientSite["server"];

/** Its `server` is vsftpd. */
export interface FarServersSite extends ClientSite {
  readonly proftpd: Server | undefined;
  readonly own: Server;
}

export const farServers: readonly Way<FarServersSite, OpenClient>[] = [
  { name: "vsftpd", open: async ({ server }) => openAt(server) },
  { name: "ProFTPD", open: async ({ proftpd }) => openAt(proftpd) },
  { name: "sallyport serve", open: async ({ own }) => openAt(own) },
];

let opened = 0;

function openAt(server: Server | undefined): OpenClient {
  if (server === undefined) throw new NotMeasured("it is missing; run .ci/unpacked-servers");
  opened += 1;
  return {
    name: `client-${opened}`,
    root: server.root,
    command: (job) => sallyport(server, job),
    [Symbol.asyncDispose]: async () => {},
  };
}

/** In two network namespaces, joined by a long link. */
export async function farServersSite(delayMs: number): Promise<FarServersSite> {
  await using parts = new Belongings();
  const link = parts.keep(await makeLongLink(delayMs));
  const where = { netns: link.far, address: "0.0.0.0" };
  const files = await prepareOwn(parts, link.farAddress);
  const { certificate } = files;
  const at = (server: Omit<Server, "host">): Server => ({ ...server, host: link.farAddress, certificate });
  const vsftpd = parts.keep(await startVsftpd({ ...where, lines: vsftpdTls(files) }));
  const hasProftpd = missing(["proftpd"]).length === 0;
  const proftpd = hasProftpd ? parts.keep(await startProftpd({ ...where, lines: proftpdTls(files) })) : undefined;
  const own = await startOwn(parts, link, files);
  const all = [vsftpd, ...(proftpd === undefined ? [] : [proftpd]), own];
  const kept = parts.move();
  return {
    netns: link.near,
    roots: all.map(({ root }) => root),
    server: at(vsftpd),
    proftpd: proftpd === undefined ? undefined : at(proftpd),
    own,
    [Symbol.asyncDispose]: () => kept[Symbol.asyncDispose](),
  };
}

async function startOwn(parts: Belongings, { far, farAddress }: LongLink, files: OwnServer): Promise<Server> {
  const { certificate, key, passwordFile, root } = files;
  chmodSync(root, 0o777);
  const bin = fileURLToPath(new URL("../bin/sallyport.js", import.meta.url));
  const tls = ["--tls-certificate", certificate, "--tls-key", key];
  const words = [bin, "serve", root, "--listen", `${farAddress}:2121`, "--password-file", passwordFile, ...tls];
  const program = parts.keep(startProgram(process.execPath, words, { netns: far }));
  await program.waitForLog(/^ftp:\/\/\S*:(\d+)/m, 10_000);
  return { host: farAddress, port: 2121, user, password, root, certificate };
}
