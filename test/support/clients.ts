// The real FTP clients, as a table.
import { curl } from "./clients/curl.ts";
import type { FtpClient } from "./clients/ftp-client.ts";
import { inetutilsFtp } from "./clients/inetutils-ftp.ts";
import { lftp } from "./clients/lftp.ts";
import { tnftp } from "./clients/tnftp.ts";

export { runCurl } from "./clients/curl.ts";
export { runInetutilsFtp } from "./clients/inetutils-ftp.ts";
export { runLftp } from "./clients/lftp.ts";
export { runTnftp } from "./clients/tnftp.ts";

export const ftpClients: readonly FtpClient[] = [curl, lftp, tnftp, inetutilsFtp];
