// Real servers that take no login and no data without TLS; vsftpd and ProFTPD also want the control connection's session for data.
import { readFileSync, writeFileSync } from "node:fs";
import type { Certificate } from "../support/certificate.ts";
import { mergeLines } from "../support/config-lines.ts";
import { type FtpServer, startProftpd, startPureFtpd, startVsftpd } from "../support/ftp-servers.ts";
import { proftpdTlsLines, vsftpdTlsLines } from "../support/tls-lines.ts";

export type TlsServerName = "vsftpd" | "proftpd-tls" | "pure-ftpd" | "none";

/** `none`: a server without TLS. Pure-FTPd has no implicit TLS. `more` lines win. */
export function startTlsServer(
  name: TlsServerName,
  keys: Pick<Certificate, "certificateFile" | "keyFile">,
  kind: "explicit" | "implicit",
  more: readonly string[] = [],
): Promise<FtpServer> {
  if (name === "vsftpd") return startVsftpd({ lines: mergeLines(vsftpdTlsLines(keys, kind), more, "=").split("\n") });
  if (name === "proftpd-tls")
    return startProftpd({ lines: mergeLines(proftpdTlsLines(keys, kind), more, " ").split("\n") });
  if (name === "none") return startVsftpd();
  const both = `${keys.certificateFile}.both`;
  writeFileSync(both, Buffer.concat([keys.keyFile, keys.certificateFile].map((file) => readFileSync(file))));
  return startPureFtpd({ lines: ["--tls", "3", `--certfile=${both}`, ...more] });
}
