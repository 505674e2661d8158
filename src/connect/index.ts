// The public API of the FTP client: `sallyport/client`.

export type { HashName } from "../client/checksum.ts";
export type { AskPassword, ClientOptions, ClientTls, Credentials, DataMode } from "../client/client-options.ts";
export type { CallOptions, UploadSource } from "../client/ftp-client.ts";
export type { ListTextOptions } from "../client/listing.ts";
export { localPathFor } from "../client/local-file.ts";
export type { ThirdPartyOptions, ThirdPartyResult } from "../client/third-party.ts";
export type {
  DownloadFileOptions,
  DownloadOptions,
  Progress,
  TransferOptions,
  TransferResult,
  UploadFileOptions,
  UploadOptions,
} from "../client/transfer-options.ts";
export { systemNetwork } from "../network/system-network.ts";
export type { TlsTrust } from "../network/tls-client.ts";
export type { Endpoint } from "../platform/endpoint.ts";
export type {
  CloseInfo,
  Connection,
  ConnectOptions,
  Listener,
  ListenOptions,
  Network,
  PortRange,
} from "../platform/network.ts";
export type { Trace, TraceEvent } from "../platform/trace.ts";
export type { NameEncoding } from "../protocol/client/name-bytes.ts";
export type { ErrorCode, ErrorDetails } from "../protocol/error.ts";
export { isSallyportError, SallyportError } from "../protocol/error.ts";
export type { ListedEntry, ListedTime, Listing } from "../protocol/listing/listed-entry.ts";
export type { Reply } from "../protocol/reply.ts";
export type { AskUser, Question, SshHostOptions, SshOptions } from "../ssh/ssh-connection.ts";
export { connectFtp, FtpClient, type FtpClientOptions } from "./ftp-client.ts";
export { connectSsh, type SshHost } from "./ssh-host.ts";
export { transferBetween } from "./transfer-between.ts";
