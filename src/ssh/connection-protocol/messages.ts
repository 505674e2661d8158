// The messages of RFC 4254 as values. `ssh-packets.ts` has their bytes; ssh2 reads and writes them itself.

/** Sections 7.1 and 7.2: where a connection goes, or at which listener it has arrived, and who made it. */
export interface TcpipEnds {
  readonly host: string;
  readonly port: number;
  readonly originatorHost: string;
  readonly originatorPort: number;
}

/** What a request on a channel brings along: a command, a subsystem, a signal, or an exit status. */
export type RequestArgument = string | number | undefined;

/** Section 5.1. `sender` is the number that the sender of this message gives the channel. */
export interface OpenMessage {
  readonly type: "open";
  /** `session`, `direct-tcpip`, `forwarded-tcpip`. */
  readonly kind: string;
  readonly sender: number;
  readonly window: number;
  readonly packetMax: number;
  /** Of `direct-tcpip` and `forwarded-tcpip`. */
  readonly ends: TcpipEnds | undefined;
}

type AboutChannel<T extends string> = T extends string ? { readonly type: T; readonly recipient: number } : never;

/** Section 5. `recipient` is the number that the receiver of the message has given the channel. */
export type ChannelMessage =
  | OpenMessage
  | {
      readonly type: "open-confirmation";
      readonly recipient: number;
      readonly sender: number;
      readonly window: number;
      readonly packetMax: number;
    }
  | { readonly type: "open-failure"; readonly recipient: number; readonly reason: number; readonly description: string }
  | { readonly type: "window-adjust"; readonly recipient: number; readonly bytes: number }
  | { readonly type: "data"; readonly recipient: number; readonly bytes: Uint8Array }
  /** `kind` 1 is standard error. */
  | { readonly type: "extended-data"; readonly recipient: number; readonly kind: number; readonly bytes: Uint8Array }
  | AboutChannel<"eof" | "close" | "success" | "failure">
  | {
      readonly type: "request";
      readonly recipient: number;
      readonly name: string;
      readonly wantReply: boolean;
      readonly argument: RequestArgument;
    };

/** Section 4. `host` and `port` are those of tcpip-forward and its cancellation (section 7.1). */
export type GlobalMessage =
  | {
      readonly type: "global-request";
      readonly name: string;
      readonly wantReply: boolean;
      readonly host: string;
      readonly port: number;
    }
  /** The port is there where the request left the choice to the server. */
  | { readonly type: "request-success"; readonly port: number | undefined }
  | { readonly type: "request-failure" };

export type ConnectionMessage = ChannelMessage | GlobalMessage;

/** SSH_OPEN_*: sshd answers `prohibited` for its own rules and `connectFailed` when its connect(2) failed. */
export const openRefusal = { prohibited: 1, connectFailed: 2, unknownType: 3, shortage: 4 } as const;

/** SSH_EXTENDED_DATA_STDERR of section 5.2. */
export const standardError = 1;

/** RFC 4253 section 6.1: what everybody has to take in one packet. sshd itself sends no more; less is slower (measured). */
export const packetDataMax = 32_768;
