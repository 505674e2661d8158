// The public API of the clients: `sallyport/client`.

export type { AskPassword, ClientOptions, ClientTls, Credentials, DataMode } from "../client/client-options.ts";
export type { CallOptions, DownloadStream, UploadSource } from "../client/ftp-client.ts";
export type { ListTextOptions } from "../client/listing.ts";
export { type ThirdPartyOptions, type ThirdPartyResult, transferBetween } from "../client/third-party.ts";
export type {
  DownloadOptions,
  FileTransferOptions,
  Progress,
  SourceFacts,
  TransferOptions,
  TransferResult,
  Transferred,
  UploadOptions,
} from "../client/transfer-options.ts";
export { systemNetwork } from "../network/system-network.ts";
export type { NameEncoding } from "../protocol/client/name-bytes.ts";
export type { HashName } from "../protocol/hashes.ts";
export type { FileType } from "../protocol/listing/file-facts.ts";
export type {
  ListedEntry,
  ListedTime,
  Listing,
  ListingFormatName,
  UnreadLine,
  UnreadReason,
} from "../protocol/listing/listed-entry.ts";
export type { Reply } from "../protocol/reply.ts";
export { type CopyOptions, copyFile } from "../transfer/copy-file.ts";
export { ensureDirectory, type RemoveDirectoryOptions, removeDirectory } from "../transfer/directories.ts";
export {
  type CopyDirectoryOptions,
  copyDirectory,
  type DirectoryEvents,
  type DirectoryResult,
  type DirectoryTransferOptions,
  downloadDirectory,
  uploadDirectory,
} from "../transfer/directory-transfer.ts";
export { downloadFile, uploadFile } from "../transfer/file-transfer.ts";
export { localPathFor } from "../transfer/local-file.ts";
export { matchingPaths } from "../transfer/matching.ts";
export type { ServerSession } from "../transfer/server-session.ts";
export { connectSftp } from "./connect-sftp.ts";
export { connectFtp, FtpClient, type FtpClientOptions } from "./ftp-client.ts";
export * from "./shared-exports.ts";
export { connectSsh, type SshHost } from "./ssh-host.ts";
