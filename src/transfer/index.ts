// The public API of the clients: `sallyport/client`.
export * from "../connect/index.ts";
export { connectSftp } from "./connect-sftp.ts";
export { ensureDirectory, type RemoveDirectoryOptions, removeDirectory } from "./directories.ts";
export {
  type DirectoryEvents,
  type DirectoryResult,
  type DownloadDirectoryOptions,
  downloadDirectory,
  type UploadDirectoryOptions,
  uploadDirectory,
} from "./directory-transfer.ts";
export { downloadFile, type FileTransferOptions, type FileUploadOptions, uploadFile } from "./file-transfer.ts";
export type { ServerSession, Transferred } from "./server-session.ts";
