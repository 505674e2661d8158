// Three FTP servers on this machine, and the columns of the table in which they stand beside each other.
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { hashPassword } from "../src/serve/passwords.ts";
import { type FtpServer, startProftpd, startVsftpd } from "../test/support/ftp-servers.ts";
import { missing } from "../test/support/missing.ts";
import { findProftpdTls } from "../test/support/proftpd.ts";
import { startProgram } from "../test/support/program.ts";
import { makeTempDir, type TempDir } from "../test/support/tempdir.ts";
import { Belongings } from "./belongings.ts";
import { makeEventLoopProbe } from "./event-loop-probe.ts";
import { NotMeasured, type OpenWay, type Site, type Way } from "./measurement.ts";

export interface ServerSite extends Site {
  readonly vsftpd: FtpServer;
  readonly proftpd: FtpServer | undefined;
  /** Certificate, password file and files of our own server, which is started again for every measurement. */
  readonly own: OwnServer;
}

interface OwnServer {
  readonly certificate: string;
  readonly key: string;
  readonly passwordFile: string;
  readonly root: string;
}

const host = "127.0.0.1";
const user = "tester";
const password = "door and gate";

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
  const own = await prepareOwn(parts.keep(makeTempDir("own")));
  const vsftpd = parts.keep(await startVsftpd({ lines: vsftpdTls(own) }));
  const hasProftpd = missing(["proftpd"]).length === 0;
  const proftpd = hasProftpd ? parts.keep(await startProftpd({ lines: proftpdTls(own) })) : undefined;
  const roots = [vsftpd.root, own.root, ...(proftpd === undefined ? [] : [proftpd.root])];
  const kept = parts.move();
  return { netns: undefined, roots, vsftpd, proftpd, own, [Symbol.asyncDispose]: () => kept[Symbol.asyncDispose]() };
}

async function prepareOwn(dir: TempDir): Promise<OwnServer> {
  chmodSync(dir.path, 0o755); // ProFTPD reads the certificate
  const [certificate, key, passwordFile, root] = ["cert.pem", "key.pem", "passwords", "files"].map(dir.file) as [
    string,
    string,
    string,
    string,
  ];
  mkdirSync(root);
  writeFileSync(passwordFile, `${user}:${await hashPassword(password)}\n`);
  const subject = ["-subj", "/CN=localhost", "-addext", `subjectAltName=IP:${host}`];
  const words = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, ...subject];
  execFileSync("openssl", words, { stdio: "ignore" });
  return { certificate, key, passwordFile, root };
}

/** One cipher for all, so that the servers are compared and not the ciphers. */
function tlsOptions({ certificate }: OwnServer): string[] {
  return ["--ssl-reqd", "--cacert", certificate, "--tlsv1.3", "--tls13-ciphers", "TLS_AES_128_GCM_SHA256"];
}

/** TLS for who asks for it, and no question whether the data connection resumes, as with ours by default. */
function vsftpdTls({ certificate, key }: OwnServer): string[] {
  return [
    ...["ssl_enable=YES", "force_local_data_ssl=NO", "force_local_logins_ssl=NO", "require_ssl_reuse=NO"],
    ...[`rsa_cert_file=${certificate}`, `rsa_private_key_file=${key}`],
  ];
}

function proftpdTls({ certificate, key }: OwnServer): string[] {
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

async function openOwn(own: OwnServer): Promise<OpenWay> {
  const { certificate, key, passwordFile, root } = own;
  const bin = fileURLToPath(new URL("../bin/sallyport.js", import.meta.url));
  const tls = ["--tls-certificate", certificate, "--tls-key", key];
  const room = ["--anonymous", "--max-sessions", "10100", "--max-per-address", "10100"];
  const words = [bin, "serve", root, "--listen", "0", "--password-file", passwordFile, ...tls, ...room];
  const eventLoop = makeEventLoopProbe();
  const program = startProgram(process.execPath, words, { env: eventLoop.env });
  const stop = async (): Promise<void> => {
    await program.stop();
    await eventLoop[Symbol.asyncDispose]();
  };
  try {
    const [, port] = await program.waitForLog(/^ftp:\/\/\S*:(\d+)/m, 10_000);
    return {
      host,
      port: Number(port),
      server: { user, password, root },
      curlOptions: [],
      tlsOptions: tlsOptions(own),
      carriers: { sallyport: program.pid },
      crowd: { user: "anonymous", password: "anybody@" },
      eventLoop,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
