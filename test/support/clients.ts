// The real FTP clients, as a table.
import { inetutilsFtp, tnftp } from "./clients/bsd-ftp.ts";
import { curl } from "./clients/curl.ts";
import type { FtpClient } from "./clients/ftp-client.ts";
import { lftp } from "./clients/lftp.ts";

export { runBsdFtp } from "./clients/bsd-ftp.ts";
export { runCurl } from "./clients/curl.ts";
export { runLftp } from "./clients/lftp.ts";

export const ftpClients: readonly FtpClient[] = [curl, lftp, tnftp, inetutilsFtp];
