// The FTP server's certificate, for localhost: one for all simulations of this process, made when the first of them needs it.
import { makeCertificatePair } from "../support/certificate.ts";

let pair: ReturnType<typeof makeCertificatePair> | undefined;

/** RSA, so that a handshake has the same length in every run. */
export function swarmCertificate(): ReturnType<typeof makeCertificatePair> {
  pair ??= makeCertificatePair("rsa");
  return pair;
}
