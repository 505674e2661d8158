// The public API of the clients: `sallyport/client`.
export * from "../connect/index.ts";
export { connectSftp } from "./connect-sftp.ts";
export {
  type DirectoryEvents,
  type DirectoryResult,
  type DownloadDirectoryOptions,
  downloadDirectory,
  ensureDirectory,
  type RemoveDirectoryOptions,
  removeDirectory,
  type UploadDirectoryOptions,
  uploadDirectory,
} from "./directory-transfer.ts";
export { downloadFile, type FileTransferOptions, type FileUploadOptions, uploadFile } from "./file-transfer.ts";
export type { ServerSession, Transferred } from "./server-session.ts";
