// Three FTP servers on this machine, and the columns of the table in which they stand beside each other.
import { type FtpServer, startProftpd, startVsftpd } from "../test/support/ftp-servers.ts";
import { missing } from "../test/support/missing.ts";
import { findProftpdTls } from "../test/support/proftpd.ts";
import { Belongings } from "./belongings.ts";
import { NotMeasured, type OpenWay, type Site, type Way } from "./measurement.ts";
import { host, type OwnServer, openOwn, prepareOwn, tlsOptions } from "./own-server.ts";

export interface ServerSite extends Site {
  readonly vsftpd: FtpServer;
  readonly proftpd: FtpServer | undefined;
  /** Certificate, password file and files of our own server, which is started again for every measurement. */
  readonly own: OwnServer;
}

export const servers: readonly Way<ServerSite>[] = [
  { name: "vsftpd", open: async ({ vsftpd, own }) => openForeign(vsftpd, tlsOptions(own)) },
  {
    name: "ProFTPD",
    open: async ({ proftpd, own }) => openForeign(proftpd, findProftpdTls() ? tlsOptions(own) : undefined),
  },
  { name: "sallyport serve", open: ({ own }) => openOwn(own) },
];

export async function serverSite(): Promise<ServerSite> {
  await using parts = new Belongings();
  const own = await prepareOwn(parts);
  const vsftpd = parts.keep(await startVsftpd({ lines: vsftpdTls(own) }));
  const hasProftpd = missing(["proftpd"]).length === 0;
  const proftpd = hasProftpd ? parts.keep(await startProftpd({ lines: proftpdTls(own) })) : undefined;
  const roots = [vsftpd.root, own.root, ...(proftpd === undefined ? [] : [proftpd.root])];
  const kept = parts.move();
  return { netns: undefined, roots, vsftpd, proftpd, own, [Symbol.asyncDispose]: () => kept[Symbol.asyncDispose]() };
}

/** TLS for who asks for it, and no question whether the data connection resumes, as with ours by default. */
export function vsftpdTls({ certificate, key }: OwnServer): string[] {
  return [
    ...["ssl_enable=YES", "force_local_data_ssl=NO", "force_local_logins_ssl=NO", "require_ssl_reuse=NO"],
    ...[`rsa_cert_file=${certificate}`, `rsa_private_key_file=${key}`],
  ];
}

export function proftpdTls({ certificate, key }: OwnServer): string[] {
  if (!findProftpdTls()) return [];
  return [
    ...["LoadModule mod_tls.c", "TLSEngine on", "TLSRequired off", "TLSOptions NoSessionReuseRequired"],
    ...[`TLSRSACertificateFile ${certificate}`, `TLSRSACertificateKeyFile ${key}`],
  ];
}

function openForeign(server: FtpServer | undefined, tls: readonly string[] | undefined): OpenWay {
  if (server === undefined) throw new NotMeasured("it is missing; run .ci/unpacked-servers");
  const { port } = server;
  const rest = { curlOptions: [], carriers: {}, [Symbol.asyncDispose]: async () => {} };
  return { host, port, server, ...(tls === undefined ? {} : { tlsOptions: tls }), ...rest };
}
