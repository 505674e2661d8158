// The one file that uses what ssh2 does not document: its RFC 4254 messages, below its Channel class.
//
// ssh2 1.17's own channels do not fit a relay: their window is fixed at 2 MiB (20 MB/s at 100 ms), an end-of-file and a
// channel that was aborted look the same, a write that was under way when the channel closed never calls back, nothing
// looks at how much waits in the TCP socket, and a forwarded connection is refused unless the server echoes the
// address as it was asked for. So ssh2 does transport, keys and authentication, and parses and writes the messages;
// the channels are ours (../../channels). package.json pins ssh2 exactly, and the check below fails on any other shape.
import type { Client, Connection as ServerSide } from "ssh2";
import { SallyportError } from "../../../protocol/error.ts";
import type { ChannelMessage, RequestArgument } from "../../connection-protocol/messages.ts";
import type { PacketCipher } from "./packet-memory.ts";

/** What ssh2 sends for us. `theirs` is the other side's number of a channel, `ours` our own. */
interface Ssh2Sender {
  session(ours: number, window: number, packetMax: number): void;
  directTcpip(ours: number, window: number, packetMax: number, ends: object): void;
  forwardedTcpip(ours: number, window: number, packetMax: number, ends: object): void;
  channelOpenConfirm(theirs: number, ours: number, window: number, packetMax: number): void;
  channelOpenFail(theirs: number, reason: number, description: string): void;
  channelData(theirs: number, data: Uint8Array): void;
  channelExtData(theirs: number, data: Uint8Array, kind: number): void;
  channelWindowAdjust(theirs: number, bytes: number): void;
  channelEOF(theirs: number): void;
  channelClose(theirs: number): void;
  channelSuccess(theirs: number): void;
  channelFailure(theirs: number): void;
  exec(theirs: number, command: string, wantReply: boolean): void;
  subsystem(theirs: number, name: string, wantReply: boolean): void;
  signal(theirs: number, name: string): void;
  exitStatus(theirs: number, status: number): void;
  exitSignal(theirs: number, name: string, isCoreDumped: boolean, text: string): void;
  /** Global request keepalive@openssh.com, which every server answers (RFC 4254 section 4). */
  ping(): void;
}

type Handler = (protocol: unknown, ...args: never[]) => void;

interface Ssh2Protocol extends Ssh2Sender {
  readonly _handlers: Record<string, Handler>;
  /** What we send is encrypted by; another one after each key exchange. */
  readonly _cipher: PacketCipher;
  /** Our KEXINIT while a key exchange is under way, else undefined. */
  readonly _kexinit: unknown;
}

const sent: Readonly<Record<keyof Ssh2Sender, true>> = {
  session: true,
  directTcpip: true,
  forwardedTcpip: true,
  channelOpenConfirm: true,
  channelOpenFail: true,
  channelData: true,
  channelExtData: true,
  channelWindowAdjust: true,
  channelEOF: true,
  channelClose: true,
  channelSuccess: true,
  channelFailure: true,
  exec: true,
  subsystem: true,
  signal: true,
  exitStatus: true,
  exitSignal: true,
  ping: true,
};

/** A client after `connect()`, which makes the protocol object, or a server's side of a connection. */
export type Ssh2Peer = Client | ServerSide;

function protocolOf(peer: Ssh2Peer): Ssh2Protocol {
  const protocol = (peer as unknown as { _protocol?: Ssh2Protocol })._protocol;
  const complete =
    typeof protocol?._handlers === "object" &&
    "_kexinit" in protocol &&
    typeof protocol._cipher?.allocPacket === "function" &&
    typeof protocol._cipher._onWrite === "function" &&
    Object.keys(sent).every((name) => typeof protocol[name as keyof Ssh2Sender] === "function");
  if (complete) return protocol;
  throw new SallyportError("INTERNAL", "this version of the ssh2 library is not the one that Sallyport was made for", {
    hint: "Install Sallyport with the versions of its lock file (npm ci).",
  });
}

type MessageOf<T> = Extract<ChannelMessage, { readonly type: T }>;
type Send<M> = (ssh2: Ssh2Sender, message: M) => void;

/** ssh2 takes a Buffer for something else than text. */
const bufferOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);

const senders: { readonly [T in ChannelMessage["type"]]: Send<MessageOf<T>> } = {
  open: sendOpen,
  "open-confirmation": (ssh2, { recipient, sender, window, packetMax }) =>
    ssh2.channelOpenConfirm(recipient, sender, window, packetMax),
  "open-failure": (ssh2, { recipient, reason, description }) => ssh2.channelOpenFail(recipient, reason, description),
  data: (ssh2, { recipient, bytes }) => ssh2.channelData(recipient, bufferOf(bytes)),
  "extended-data": (ssh2, { recipient, bytes, kind }) => ssh2.channelExtData(recipient, bufferOf(bytes), kind),
  "window-adjust": (ssh2, { recipient, bytes }) => ssh2.channelWindowAdjust(recipient, bytes),
  eof: (ssh2, { recipient }) => ssh2.channelEOF(recipient),
  close: (ssh2, { recipient }) => ssh2.channelClose(recipient),
  success: (ssh2, { recipient }) => ssh2.channelSuccess(recipient),
  failure: (ssh2, { recipient }) => ssh2.channelFailure(recipient),
  request: sendRequest,
};

/** Has ssh2 send the message. */
export function sendBySsh2(peer: Ssh2Peer, message: ChannelMessage): void {
  const ssh2 = (peer as unknown as { readonly _protocol: Ssh2Protocol })._protocol;
  (senders[message.type] as Send<ChannelMessage>)(ssh2, message);
}

function sendOpen(ssh2: Ssh2Sender, { kind, sender, window, packetMax, ends }: MessageOf<"open">): void {
  if (ends === undefined) {
    ssh2.session(sender, window, packetMax);
    return;
  }
  const { host, port, originatorHost, originatorPort } = ends;
  if (kind === "direct-tcpip") {
    const to = { dstIP: host, dstPort: port, srcIP: originatorHost, srcPort: originatorPort };
    ssh2.directTcpip(sender, window, packetMax, to);
  } else {
    const at = { boundAddr: host, boundPort: port, remoteAddr: originatorHost, remotePort: originatorPort };
    ssh2.forwardedTcpip(sender, window, packetMax, at);
  }
}

function sendRequest(ssh2: Ssh2Sender, { recipient, name, wantReply, argument }: MessageOf<"request">): void {
  const text = String(argument);
  if (name === "exec") ssh2.exec(recipient, text, wantReply);
  else if (name === "subsystem") ssh2.subsystem(recipient, text, wantReply);
  else if (name === "signal") ssh2.signal(recipient, text);
  else if (name === "exit-status") ssh2.exitStatus(recipient, Number(argument));
  else if (name === "exit-signal") ssh2.exitSignal(recipient, text, false, "");
  else throw new SallyportError("INTERNAL", `ssh2 sends no request ${name}`);
}

/** The other side of a channel that it opens, or has opened. */
interface Opened {
  readonly sender: number;
  readonly window: number;
  readonly packetSize: number;
}

interface OpenInfo extends Opened {
  readonly type: string;
  /** For `forwarded-tcpip` and `direct-tcpip` (RFC 4254 section 7.2). */
  readonly data: {
    readonly destIP?: string;
    readonly destPort?: number;
    readonly srcIP?: string;
    readonly srcPort?: number;
  };
}

/** From now on `receive` gets every channel message; ssh2's own channels, exec and forwardOut are out of use. */
export function takeOverChannels(peer: Ssh2Peer, receive: (message: ChannelMessage) => void): void {
  const { _handlers: handlers } = protocolOf(peer);
  const on = <T extends readonly unknown[]>(name: string, read: (...args: T) => ChannelMessage): void => {
    handlers[name] = (_protocol, ...args) => receive(read(...(args as unknown as T)));
  };
  const about = (name: string, type: "eof" | "close" | "success" | "failure"): void =>
    on(name, (recipient: number) => ({ type, recipient }));
  on("CHANNEL_OPEN", readOpen);
  on("CHANNEL_OPEN_CONFIRMATION", ({ recipient, sender, window, packetSize }: Opened & { recipient: number }) => ({
    type: "open-confirmation",
    recipient,
    sender,
    window,
    packetMax: packetSize,
  }));
  on("CHANNEL_OPEN_FAILURE", (recipient: number, reason: number, description: string) => ({
    type: "open-failure",
    recipient,
    reason,
    description,
  }));
  on("CHANNEL_DATA", (recipient: number, bytes: Buffer) => ({ type: "data", recipient, bytes }));
  on("CHANNEL_EXTENDED_DATA", (recipient: number, bytes: Buffer, kind: number) => ({
    type: "extended-data",
    recipient,
    kind,
    bytes,
  }));
  on("CHANNEL_WINDOW_ADJUST", (recipient: number, bytes: number) => ({ type: "window-adjust", recipient, bytes }));
  about("CHANNEL_EOF", "eof");
  about("CHANNEL_CLOSE", "close");
  about("CHANNEL_SUCCESS", "success");
  about("CHANNEL_FAILURE", "failure");
  on("CHANNEL_REQUEST", (recipient: number, name: string, wantReply: boolean, data: unknown) => ({
    type: "request",
    recipient,
    name,
    wantReply,
    argument: readArgument(data),
  }));
}

function readOpen({ type: kind, sender, window, packetSize, data }: OpenInfo): ChannelMessage {
  const { destIP: host, destPort: port, srcIP: originatorHost = "", srcPort: originatorPort = 0 } = data;
  const ends = host === undefined || port === undefined ? undefined : { host, port, originatorHost, originatorPort };
  return { type: "open", kind, sender, window, packetMax: packetSize, ends };
}

/** Of a command, a subsystem, a signal and a status; what else there is nobody asks for. */
function readArgument(data: unknown): RequestArgument {
  return typeof data === "string" || typeof data === "number" ? data : undefined;
}

/** RFC 4253 section 9: during a key exchange ssh2 queues what it is given to send, without bound. */
export function keyExchangeProbe(peer: Ssh2Peer): () => boolean {
  const protocol = protocolOf(peer);
  return () => protocol._kexinit !== undefined;
}

/** What makes the packets that we send, until the next key exchange. */
export const cipherOf = (peer: Ssh2Peer): PacketCipher => protocolOf(peer)._cipher;

const kexInitNumber = 20;

type OnPayload = (payload: Buffer) => unknown;
type Names = { readonly array: readonly string[] };

/**
 * ssh2 throws away whatever a client sends behind its KEXINIT as a guess, the right one too, and then both wait for ever.
 * To be called when the client's identification has come, and nothing else has.
 */
export function keepRightGuess(
  client: ServerSide,
  isRight: (kexInit: Buffer, own: { kex: string | undefined; hostKey: string | undefined }) => boolean,
): void {
  const protocol = protocolOf(client) as unknown as {
    readonly _offer: { readonly lists: { readonly kex: Names; readonly serverHostKey: Names } };
    readonly _decipher: { _onPayload: OnPayload };
    _onPayload: OnPayload;
    _skipNextInboundPacket: boolean;
  };
  const watched =
    (receive: OnPayload): OnPayload =>
    (payload) => {
      const { kex, serverHostKey } = protocol._offer.lists;
      const own = { kex: kex.array[0], hostKey: serverHostKey.array[0] };
      const keeps = payload[0] === kexInitNumber && isRight(payload, own);
      const result = receive(payload);
      if (keeps) protocol._skipNextInboundPacket = false;
      return result;
    };
  protocol._decipher._onPayload = watched(protocol._decipher._onPayload);
  protocol._onPayload = watched(protocol._onPayload); // of the deciphers to come, for later key exchanges
}

/** The client has said that it will open no session any more (OpenSSH's no-more-sessions@openssh.com). */
export function wantsNoMoreSessions(peer: ServerSide): boolean {
  return (peer as unknown as { readonly noMoreSessions?: boolean }).noMoreSessions === true;
}

/** Asks the server for an answer, and calls back with it. The answers to global requests come in their order. */
export function ping(client: Client, onAnswer: () => void): void {
  const { _callbacks: callbacks } = client as unknown as { readonly _callbacks: (() => void)[] };
  callbacks.push(onAnswer);
  protocolOf(client).ping();
}

/** Reports each USERAUTH_FAILURE before ssh2 acts on it: to the agent's keys it pays no attention to partial success. */
export function watchAuthFailures(
  client: Client,
  onFailure: (methodsLeft: readonly string[], partialSuccess: boolean) => void,
): void {
  const handlers = protocolOf(client)._handlers as Record<
    string,
    (protocol: unknown, methods: readonly string[], partial: boolean) => void
  >;
  const ssh2 = handlers["USERAUTH_FAILURE"];
  handlers["USERAUTH_FAILURE"] = (protocol, methods, partial) => {
    onFailure(methods, partial);
    ssh2?.(protocol, methods, partial);
  };
}

/** What the server says that it is (RFC 4253 section 4.2). */
export function serverSoftware(client: Client): string | undefined {
  return (client as unknown as { readonly _remoteVer?: string })._remoteVer;
}
