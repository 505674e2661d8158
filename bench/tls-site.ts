// TLS at 50 ms: what it costs towards the server, in front of the tunnel, and both; beside FTPS without a tunnel.
import { makePublicCertificate } from "../test/support/certificate.ts";
import { type FtpServer, startVsftpd } from "../test/support/ftp-servers.ts";
import { startSallyport } from "../test/support/sallyport.ts";
import { type Sshd, startSshd } from "../test/support/sshd.ts";
import { vsftpdTlsLines } from "../test/support/tls-lines.ts";
import { Belongings } from "./belongings.ts";
import { makeLongLink } from "./long-link.ts";
import type { OpenWay, Site, Way } from "./measurement.ts";
import { client } from "./site.ts";

export interface TlsSite extends Site {
  readonly netns: string;
  readonly sshd: Sshd;
  readonly farAddress: string;
  readonly keys: { readonly certificateFile: string; readonly keyFile: string };
  readonly plain: FtpServer;
  /** Takes nobody without, and for data the control connection's session only. */
  readonly demanding: FtpServer;
}

export async function farTlsSite(delayMs: number): Promise<TlsSite> {
  await using parts = new Belongings();
  const link = parts.keep(await makeLongLink(delayMs));
  const keys = parts.keep(makePublicCertificate());
  const there = { netns: link.far, address: "0.0.0.0" };
  const sshd = parts.keep(await startSshd({ ...client, netns: link.far, address: link.farAddress }));
  const plain = parts.keep(await startVsftpd(there));
  const demanding = parts.keep(await startVsftpd({ ...there, lines: vsftpdTlsLines(keys, "explicit") }));
  const kept = parts.move();
  return {
    netns: link.near,
    roots: [plain.root, demanding.root],
    sshd,
    farAddress: link.farAddress,
    keys,
    plain,
    demanding,
    [Symbol.asyncDispose]: () => kept[Symbol.asyncDispose](),
  };
}

type Transport = "openssh" | "embedded";

export const tlsWays = (transport: Transport): readonly Way<TlsSite>[] => [
  { name: "FTPS, no tunnel", open: openFtps },
  { name: `no TLS, ${transport}`, open: (site) => openTunnel(site, transport, site.plain, false) },
  { name: "to the server", open: (site) => openTunnel(site, transport, site.demanding, false) },
  { name: "in front", open: (site) => openTunnel(site, transport, site.plain, true) },
  { name: "both", open: (site) => openTunnel(site, transport, site.demanding, true) },
];

async function openFtps({ farAddress: host, demanding: server }: TlsSite): Promise<OpenWay> {
  const curlOptions = ["--ssl-reqd", "--insecure"]; // the certificate is for loopback
  return { host, port: server.port, server, curlOptions, carriers: {}, [Symbol.asyncDispose]: async () => {} };
}

async function openTunnel(site: TlsSite, transport: Transport, server: FtpServer, inFront: boolean): Promise<OpenWay> {
  const { sshd, keys, netns } = site;
  const front = inFront ? ["--tls-certificate", keys.certificateFile, "--tls-key", keys.keyFile] : [];
  const forward = ["-L", `0:127.0.0.1:${server.port}`, "--server-tls-ca", keys.certificateFile];
  const words = ["--ssh", transport, "-F", sshd.configFile, ...forward, ...front, sshd.hostAlias];
  const sallyport = await startSallyport(words, { netns });
  return {
    host: "127.0.0.1",
    port: Number(/^ftp:\/\/127\.0\.0\.1:(\d+) /m.exec(sallyport.log())?.[1]),
    server,
    curlOptions: inFront ? ["--ssl-reqd", "--cacert", keys.certificateFile] : [],
    carriers: { sallyport: sallyport.pid },
    [Symbol.asyncDispose]: () => sallyport.stop(),
  };
}
