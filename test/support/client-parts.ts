// What `openClient` is given by connectFtp, for tests of the engine itself.
import type { SessionParts } from "../../src/client/client-calls.ts";
import { downloadFile, uploadFile } from "../../src/transfer/file-transfer.ts";

export const clientParts: SessionParts = {
  downloadFile,
  uploadFile,
  openAnother: () => Promise.reject(new Error("this client has no others beside it")),
};
