// The certificate and the key of a TLS server, from the files that the command line names.
import { readPrivateFile } from "../../admission/private-file.ts";
import { SallyportError } from "../../protocol/error.ts";
import { limits } from "../../protocol/limits.ts";

export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

/** Who can write either of them, or read the key, can pass as this server. Throws `CONFIG_INVALID`. */
export async function readCertificate(files: CertificateFiles): Promise<{ certificate: Uint8Array; key: Uint8Array }> {
  const [certificate, key] = await Promise.all([readPem(files.certificate, false), readPem(files.key, true)]);
  return { certificate, key };
}

async function readPem(file: string, secret: boolean): Promise<Uint8Array> {
  const bytes = await readPrivateFile(file, { secret, bytesMax: limits.keyFileBytesMax });
  if (bytes !== undefined) return bytes;
  throw new SallyportError("CONFIG_INVALID", `${file} cannot be read: ENOENT`);
}
