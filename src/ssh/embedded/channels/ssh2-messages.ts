// The one file that uses what ssh2 does not document: its RFC 4254 messages, below its Channel class.
//
// ssh2 1.17's own channels do not fit a relay: their window is fixed at 2 MiB (20 MB/s at 100 ms), an end-of-file and a
// channel that was aborted look the same, a write that was under way when the channel closed never calls back, nothing
// looks at how much waits in the TCP socket, and a forwarded connection is refused unless the server echoes the
// address as it was asked for. So ssh2 does transport, keys and authentication, and parses and writes the messages;
// the channels are ours (channel.ts). package.json pins ssh2 exactly, and the check below fails on any other shape.
import type { Client, Connection as ServerSide } from "ssh2";
import { SallyportError } from "../../../protocol/error.ts";

export interface DirectTcpip {
  readonly dstIP: string;
  readonly dstPort: number;
  readonly srcIP: string;
  readonly srcPort: number;
}

/** A connection to a listener of ours: what was asked for, and who connected (RFC 4254 section 7.2). */
interface ForwardedTcpip {
  readonly boundAddr: string;
  readonly boundPort: number;
  readonly remoteAddr: string;
  readonly remotePort: number;
}

/** What can be sent. `theirs` is the other side's number of a channel, `ours` our own. */
export interface ChannelSender {
  directTcpip(ours: number, window: number, packetMax: number, target: DirectTcpip): void;
  session(ours: number, window: number, packetMax: number): void;
  exec(theirs: number, command: string, wantReply: boolean): void;
  subsystem(theirs: number, name: string, wantReply: boolean): void;
  /** `TERM`, …: RFC 4254 section 6.9. */
  signal(theirs: number, name: string): void;
  channelOpenConfirm(theirs: number, ours: number, window: number, packetMax: number): void;
  channelOpenFail(theirs: number, reason: number, description: string): void;
  channelData(theirs: number, data: Buffer): void;
  channelWindowAdjust(theirs: number, bytes: number): void;
  channelEOF(theirs: number): void;
  channelClose(theirs: number): void;
  channelSuccess(theirs: number): void;
  channelFailure(theirs: number): void;
  /** These are a server's. */
  forwardedTcpip(ours: number, window: number, packetMax: number, ends: ForwardedTcpip): void;
  channelExtData(theirs: number, data: Buffer, type: number): void;
  exitStatus(theirs: number, status: number): void;
}

/** The other side of a channel that has just been opened. */
export interface Opened {
  readonly sender: number;
  readonly window: number;
  readonly packetSize: number;
}

export interface OpenRequest extends Opened {
  readonly type: string;
  /** For `forwarded-tcpip` and `direct-tcpip`: the address connected to, and who connects (RFC 4254 section 7.2). */
  readonly data: {
    readonly destIP?: string;
    readonly destPort?: number;
    readonly srcIP?: string;
    readonly srcPort?: number;
  };
}

/** What can arrive; the names are ssh2's. `ours` is our number of the channel. */
export interface ChannelReceiver {
  CHANNEL_OPEN(request: OpenRequest): void;
  CHANNEL_OPEN_CONFIRMATION(opened: Opened & { readonly recipient: number }): void;
  CHANNEL_OPEN_FAILURE(ours: number, reason: number, description: string): void;
  CHANNEL_DATA(ours: number, data: Buffer): void;
  CHANNEL_EXTENDED_DATA(ours: number, data: Buffer, type: number): void;
  CHANNEL_WINDOW_ADJUST(ours: number, bytes: number): void;
  CHANNEL_EOF(ours: number): void;
  CHANNEL_CLOSE(ours: number): void;
  CHANNEL_REQUEST(ours: number, type: string, wantReply: boolean, data: unknown): void;
  CHANNEL_SUCCESS(ours: number): void;
  CHANNEL_FAILURE(ours: number): void;
}

type Handler = (protocol: unknown, ...args: never[]) => void;

interface Ssh2Protocol extends ChannelSender {
  /** Global request keepalive@openssh.com, which every server answers (RFC 4254 section 4). */
  ping(): void;
  readonly _handlers: Record<string, Handler>;
  /** Our KEXINIT while a key exchange is under way, else undefined. */
  readonly _kexinit: unknown;
}

const sent = [
  "directTcpip",
  "session",
  "exec",
  "subsystem",
  "signal",
  "channelOpenConfirm",
  "channelOpenFail",
  "channelData",
  "channelWindowAdjust",
  "channelEOF",
  "channelClose",
  "channelSuccess",
  "channelFailure",
  "forwardedTcpip",
  "channelExtData",
  "exitStatus",
  "ping",
] as const satisfies readonly (keyof Ssh2Protocol)[];

const received = [
  "CHANNEL_OPEN",
  "CHANNEL_OPEN_CONFIRMATION",
  "CHANNEL_OPEN_FAILURE",
  "CHANNEL_DATA",
  "CHANNEL_EXTENDED_DATA",
  "CHANNEL_WINDOW_ADJUST",
  "CHANNEL_EOF",
  "CHANNEL_CLOSE",
  "CHANNEL_REQUEST",
  "CHANNEL_SUCCESS",
  "CHANNEL_FAILURE",
] as const satisfies readonly (keyof ChannelReceiver)[];

/** A client after `connect()`, which makes the protocol object, or a server's side of a connection. */
type Peer = Client | ServerSide;

function protocolOf(peer: Peer): Ssh2Protocol {
  const protocol = (peer as unknown as { _protocol?: Ssh2Protocol })._protocol;
  const complete =
    typeof protocol?._handlers === "object" &&
    "_kexinit" in protocol &&
    sent.every((name) => typeof protocol[name] === "function");
  if (complete) return protocol;
  throw new SallyportError("INTERNAL", "this version of the ssh2 library is not the one that Sallyport was made for", {
    hint: "Install Sallyport with the versions of its lock file (npm ci).",
  });
}

/** From now on channel messages go to `receiver`; ssh2's own channels, exec and forwardOut are out of use. */
export function takeOverChannels(peer: Peer, receiver: ChannelReceiver): ChannelSender {
  const protocol = protocolOf(peer);
  for (const name of received) {
    const receive = receiver[name].bind(receiver) as (...args: never[]) => void;
    protocol._handlers[name] = (_protocol, ...args) => receive(...args);
  }
  return protocol;
}

/** RFC 4253 section 9: during a key exchange ssh2 queues what it is told to send, without bound. */
export function keyExchangeProbe(peer: Peer): () => boolean {
  const protocol = protocolOf(peer);
  return () => protocol._kexinit !== undefined;
}

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

/** Tells each USERAUTH_FAILURE before ssh2 acts on it: to the agent's keys it pays no attention to partial success. */
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
