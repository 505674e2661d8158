// What `openClient` is given by connectFtp, for tests of the engine itself.
import type { SessionParts } from "../../src/client/client-calls.ts";
import { openDownload } from "../../src/transfer/download-stream.ts";
import { ftpAttempts } from "../../src/transfer/file-attempts.ts";
import { downloadFile, uploadFile } from "../../src/transfer/file-transfer.ts";

export const clientParts: SessionParts = {
  openDownload: (client, path, options) => openDownload(ftpAttempts(client), path, options),
  downloadFile,
  uploadFile,
  openAnother: () => Promise.reject(new Error("this client has no others beside it")),
};
