// `sallyport serve` as the server of a measurement.
import { execFileSync } from "node:child_process";
import { randomBytes, scryptSync } from "node:crypto";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { startProgram } from "../test/support/program.ts";
import { makeTempDir } from "../test/support/tempdir.ts";
import type { Belongings } from "./belongings.ts";
import { makeEventLoopProbe } from "./event-loop-probe.ts";
import type { OpenWay } from "./measurement.ts";

/** Certificate, password file and files. */
export interface OwnServer {
  readonly certificate: string;
  readonly key: string;
  readonly passwordFile: string;
  readonly root: string;
}

/** For --max-sessions: 10,000, and some that come before. */
export const roomForCrowd = "10100";

export const host = "127.0.0.1";
export const user = "tester";
export const password = "door and gate";

/** `address`: for which the certificate is. */
export async function prepareOwn(parts: Belongings, address: string = host): Promise<OwnServer> {
  const dir = parts.keep(makeTempDir("own"));
  chmodSync(dir.path, 0o755); // ProFTPD reads the certificate
  const [certificate, key, passwordFile, root] = ["cert.pem", "key.pem", "passwords", "files"].map(dir.file) as [
    string,
    string,
    string,
    string,
  ];
  mkdirSync(root);
  writeFileSync(passwordFile, `${user}:${hashLikeTheirs()}\n`);
  const subject = ["-subj", "/CN=localhost", "-addext", `subjectAltName=IP:${address}`];
  const words = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, ...subject];
  execFileSync("openssl", words, { stdio: "ignore" });
  return { certificate, key, passwordFile, root };
}

/** One cipher for all, so that the servers are compared and not the ciphers. */
export function tlsOptions({ certificate }: OwnServer): string[] {
  return ["--ssl-reqd", "--cacert", certificate, "--tlsv1.3", "--tls13-ciphers", "TLS_AES_128_GCM_SHA256"];
}

export async function openOwn(own: OwnServer): Promise<OpenWay> {
  const { certificate, key, passwordFile, root } = own;
  const bin = fileURLToPath(new URL("../bin/sallyport.js", import.meta.url));
  const tls = ["--tls-certificate", certificate, "--tls-key", key];
  const room = ["--anonymous", "--max-sessions", roomForCrowd, "--max-per-address", roomForCrowd];
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

/**
 * It takes as long to check as the hashes of the other servers (SHA-256 of crypt(3), some 3 ms), so that the servers are compared and not the hashes: one
 * that `sallyport passwd` writes takes 46.
 */
function hashLikeTheirs(): string {
  const cost = { N: 1024, r: 8, p: 1 };
  const salt = randomBytes(16);
  const hash = scryptSync(password, salt, 32, cost);
  return `$scrypt$${cost.N}$${cost.r}$${cost.p}$${salt.toString("base64url")}$${hash.toString("base64url")}`;
}
