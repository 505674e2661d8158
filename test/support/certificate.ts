// A self-signed certificate for localhost and 127.0.0.1, which is its own root.
import { execFileSync } from "node:child_process";
import { chmodSync, readFileSync } from "node:fs";
import { makeTempDir, type TempDir } from "./tempdir.ts";

export interface Certificate {
  /** PEM. */
  readonly certificate: Buffer;
  readonly key: Buffer;
  /** The same as files, which a server that is not root may not get to unless the directory lets it. */
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** `cert.pem` and `key.pem` in that directory. `rsa`: its signatures are all of one length. */
export function makeCertificate(dir: Pick<TempDir, "file">, kind: "ec" | "rsa" = "ec"): Certificate {
  const [certificateFile, keyFile] = [dir.file("cert.pem"), dir.file("key.pem")];
  const keys = { ec: ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"], rsa: ["rsa:2048"] };
  const newKey = ["-newkey", ...keys[kind], "-nodes"];
  const name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  const files = ["-keyout", keyFile, "-out", certificateFile];
  execFileSync("openssl", ["req", "-x509", ...newKey, ...files, ...name], { stdio: "ignore" });
  return { certificate: readFileSync(certificateFile), key: readFileSync(keyFile), certificateFile, keyFile };
}

/** Without files. */
export function makeCertificatePair(kind: "ec" | "rsa" = "ec"): Pick<Certificate, "certificate" | "key"> {
  const dir = makeTempDir("keys");
  try {
    const { certificate, key } = makeCertificate(dir, kind);
    return { certificate, key };
  } finally {
    dir.remove();
  }
}

/** In its own directory that every server may read. */
export function makePublicCertificate(): Certificate & AsyncDisposable & { remove(): void } {
  const dir = makeTempDir("keys");
  chmodSync(dir.path, 0o755);
  return { ...makeCertificate(dir), remove: dir.remove, [Symbol.asyncDispose]: dir[Symbol.asyncDispose] };
}
