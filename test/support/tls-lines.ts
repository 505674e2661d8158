// Configuration lines with which real servers demand TLS, and for data the TLS session of the control connection.
import type { Certificate } from "./certificate.ts";

type Files = Pick<Certificate, "certificateFile" | "keyFile">;
type Kind = "explicit" | "implicit" | undefined;

export function vsftpdTlsLines({ certificateFile, keyFile }: Files, kind: Kind): string[] {
  return [
    "ssl_enable=YES",
    "require_ssl_reuse=YES",
    "force_local_data_ssl=YES",
    "force_local_logins_ssl=YES",
    "ssl_ciphers=HIGH",
    `rsa_cert_file=${certificateFile}`,
    `rsa_private_key_file=${keyFile}`,
    `implicit_ssl=${kind === "implicit" ? "YES" : "NO"}`,
  ];
}

/** ProFTPD demands the session unless NoSessionReuseRequired is among `options`. */
export function proftpdTlsLines(
  { certificateFile, keyFile }: Files,
  kind: Kind,
  options: readonly string[] = [],
): string[] {
  const words = [...(kind === "implicit" ? ["UseImplicitSSL"] : []), ...options];
  return [
    "LoadModule mod_tls.c",
    "TLSEngine on",
    "TLSRequired on",
    "TLSProtocol TLSv1.2 TLSv1.3",
    `TLSECCertificateFile ${certificateFile}`,
    `TLSECCertificateKeyFile ${keyFile}`,
    // As the TLS client of another server (SSCN) it crashes when it does not trust the certificate (1.3.8).
    `TLSCACertificateFile ${certificateFile}`,
    ...(words.length === 0 ? [] : [`TLSOptions ${words.join(" ")}`]),
  ];
}
