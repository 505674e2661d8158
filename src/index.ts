// The public API.

export { type FtpFileSystem, type FtpFileSystemOptions, openFtpFileSystem } from "./bridge/ftp-files.ts";
export { openSftpFileSystem, type SftpFileSystem, type SftpFileSystemOptions } from "./bridge/sftp-files.ts";
export { type SshLoginOptions, sshLogins } from "./bridge/ssh-logins.ts";
export type { AskPassword, ClientOptions, ClientTls, Credentials, DataMode } from "./client/client-options.ts";
export type { FtpClientOptions } from "./connect/ftp-client.ts";
export * from "./connect/shared-exports.ts";
export type { SshHost } from "./connect/ssh-host.ts";
export { type LocalFileSystemOptions, openLocalFileSystem } from "./filesystem/local/local-file-system.ts";
export { MemoryFileSystem, type MemoryFileSystemOptions } from "./filesystem/memory/memory-file-system.ts";
export { dropBox, readOnly } from "./filesystem/read-only.ts";
export type {
  FileOptions,
  FileReader,
  FileSystem,
  FileUpdater,
  FileWriter,
  HasSubtrees,
  MakesLinks,
  SetsModes,
  SetsTimes,
  Space,
  TellsSpace,
  UpdatesFiles,
  WriteStart,
} from "./platform/file-system.ts";
export type { NameEncoding } from "./protocol/client/name-bytes.ts";
export type { FileEntry, FileFacts, FileType } from "./protocol/listing/file-facts.ts";
export type { Reply } from "./protocol/reply.ts";
export { openServer } from "./serve/open-server.ts";
export type {
  OpenListener,
  OpenSsh,
  Server,
  ServerListen,
  ServerOptions,
  ServerSsh,
  ServerTls,
  ServerUser,
} from "./serve/options.ts";
export type { Account, Authenticate, LoginAttempt } from "./server/account.ts";
export { openTunnel } from "./tunnel/open-tunnel.ts";
export type {
  BackMode,
  Forward,
  OpenForward,
  PassiveAddress,
  Tunnel,
  TunnelOptions,
  TunnelServerTls,
  TunnelTls,
} from "./tunnel/options.ts";
