// The byte format of RFC 4254's messages, in unpadded packets (OpenSSH's PROTOCOL.mux section 9): length, 0, number, body.
import { remoteFault } from "./fault.ts";
import type { ConnectionMessage, RequestArgument, TcpipEnds } from "./messages.ts";
import { WireReader } from "./wire-reader.ts";
import { WireWriter } from "./wire-writer.ts";

/** RFC 4250 section 4.1.2. */
export const message = {
  disconnect: 1,
  ignore: 2,
  unimplemented: 3,
  debug: 4,
  globalRequest: 80,
  requestSuccess: 81,
  requestFailure: 82,
  channelOpen: 90,
  channelOpenConfirmation: 91,
  channelOpenFailure: 92,
  channelWindowAdjust: 93,
  channelData: 94,
  channelExtendedData: 95,
  channelEof: 96,
  channelClose: 97,
  channelRequest: 98,
  channelSuccess: 99,
  channelFailure: 100,
} as const;

/** What follows "want reply" in the requests that we make or understand; sections 6.5, 6.9 and 6.10. */
const argumentKinds: ReadonlyMap<string, "text" | "number"> = new Map([
  ["exec", "text"],
  ["subsystem", "text"],
  ["signal", "text"],
  ["exit-signal", "text"],
  ["exit-status", "number"],
]);

const isTcpip = (kind: string): boolean => kind === "direct-tcpip" || kind === "forwarded-tcpip";
const isForward = (name: string): boolean => name === "tcpip-forward" || name === "cancel-tcpip-forward";

// ---- to be sent

const begin = (number: number): WireWriter => new WireWriter().byte(0).byte(number);

const aboutChannel = { eof: 96, close: 97, success: 99, failure: 100 } as const;

/** For so few it is cheaper to copy them than to write them in a piece by themselves. */
const littleBytes = 4096;

/** The packet, or its beginning and the data behind it as they are: large ones are not copied. */
export function encodePacket(to: ConnectionMessage): readonly [Uint8Array, Uint8Array?] {
  if (to.type !== "data") return [encodeSmall(to).packet()];
  const { recipient, bytes } = to;
  if (bytes.length > littleBytes) return [dataHeader(recipient, bytes.length, 0), bytes];
  const packet = dataHeader(recipient, bytes.length, bytes.length);
  packet.set(bytes, dataStart);
  return [packet];
}

function encodeSmall(to: Exclude<ConnectionMessage, { readonly type: "data" }>): WireWriter {
  switch (to.type) {
    case "open": {
      const open = begin(message.channelOpen).string(to.kind).uint32(to.sender).uint32(to.window).uint32(to.packetMax);
      return to.ends === undefined ? open : writeEnds(open, to.ends);
    }
    case "open-confirmation":
      return begin(message.channelOpenConfirmation)
        .uint32(to.recipient)
        .uint32(to.sender)
        .uint32(to.window)
        .uint32(to.packetMax);
    case "open-failure":
      return begin(message.channelOpenFailure).uint32(to.recipient).uint32(to.reason).string(to.description).string("");
    case "window-adjust":
      return begin(message.channelWindowAdjust).uint32(to.recipient).uint32(to.bytes);
    case "extended-data":
      return begin(message.channelExtendedData).uint32(to.recipient).uint32(to.kind).string(to.bytes);
    case "request":
      return writeArgument(
        begin(message.channelRequest).uint32(to.recipient).string(to.name).boolean(to.wantReply),
        to.argument,
      );
    case "global-request":
      return begin(message.globalRequest).string(to.name).boolean(to.wantReply).string(to.host).uint32(to.port);
    case "request-success":
      return writeArgument(begin(message.requestSuccess), to.port);
    case "request-failure":
      return begin(message.requestFailure);
    default:
      return begin(aboutChannel[to.type]).uint32(to.recipient);
  }
}

/** Bytes of a data packet beside its data and its length. */
const dataOverhead = 10;

const dataStart = 4 + dataOverhead;

/** With so much `room` behind it. */
function dataHeader(recipient: number, length: number, room: number): Uint8Array {
  const header = new Uint8Array(dataStart + room);
  const view = new DataView(header.buffer);
  view.setUint32(0, dataOverhead + length);
  view.setUint8(5, message.channelData);
  view.setUint32(6, recipient);
  view.setUint32(10, length);
  return header;
}

function writeEnds(writer: WireWriter, { host, port, originatorHost, originatorPort }: TcpipEnds): WireWriter {
  return writer.string(host).uint32(port).string(originatorHost).uint32(originatorPort);
}

function writeArgument(writer: WireWriter, argument: RequestArgument): WireWriter {
  if (argument === undefined) return writer;
  return typeof argument === "number" ? writer.uint32(argument) : writer.string(argument);
}

/** RFC 4253 section 11.2: a message without meaning, which every party has to ignore. */
export function ignorePacket(): Uint8Array {
  return begin(message.ignore).string("").packet();
}

// ---- received

type Decode = (reader: WireReader) => ConnectionMessage | undefined;

const ignored: Decode = () => undefined;
const channelOnly =
  (type: keyof typeof aboutChannel): Decode =>
  (reader) => ({ type, recipient: reader.uint32() });

const decoders: ReadonlyMap<number, Decode> = new Map<number, Decode>([
  [message.ignore, ignored],
  [message.unimplemented, ignored],
  [message.debug, ignored],
  [message.globalRequest, globalRequest],
  [
    message.requestSuccess,
    (reader) => ({ type: "request-success", port: reader.left >= 4 ? reader.uint32() : undefined }),
  ],
  [message.requestFailure, () => ({ type: "request-failure" })],
  [message.channelOpen, open],
  [
    message.channelOpenConfirmation,
    (reader) => ({
      type: "open-confirmation",
      recipient: reader.uint32(),
      sender: reader.uint32(),
      window: reader.uint32(),
      packetMax: reader.uint32(),
    }),
  ],
  [
    message.channelOpenFailure,
    (reader) => ({
      type: "open-failure",
      recipient: reader.uint32(),
      reason: reader.uint32(),
      description: reader.utf8(),
    }),
  ],
  [
    message.channelWindowAdjust,
    (reader) => ({ type: "window-adjust", recipient: reader.uint32(), bytes: reader.uint32() }),
  ],
  [message.channelData, (reader) => ({ type: "data", recipient: reader.uint32(), bytes: reader.string() })],
  [
    message.channelExtendedData,
    (reader) => ({
      type: "extended-data",
      recipient: reader.uint32(),
      kind: reader.uint32(),
      bytes: reader.string(),
    }),
  ],
  [message.channelEof, channelOnly("eof")],
  [message.channelClose, channelOnly("close")],
  [message.channelSuccess, channelOnly("success")],
  [message.channelFailure, channelOnly("failure")],
  [message.channelRequest, channelRequest],
]);

/**
 * `packet`: padding length, message number, body. Data are views of it. Undefined for a message without meaning; throws
 * SSH_PROTOCOL for what does not belong here, and for a field that is cut off.
 */
export function decodePacket(packet: Uint8Array): ConnectionMessage | undefined {
  const reader = new WireReader(packet);
  const padding = reader.byte();
  if (padding !== 0) throw remoteFault(`ssh sent a packet with ${padding} bytes of padding where there is none`);
  const number = reader.byte();
  const decode = decoders.get(number);
  if (decode === undefined) throw remoteFault(`ssh sent message ${number}, which does not belong here`);
  return decode(reader);
}

function globalRequest(reader: WireReader): ConnectionMessage {
  const [name, wantReply] = [reader.utf8(), reader.boolean()];
  const [host, port] = isForward(name) ? [reader.utf8(), reader.uint32()] : ["", 0];
  return { type: "global-request", name, wantReply, host, port };
}

function open(reader: WireReader): ConnectionMessage {
  const kind = reader.utf8();
  const [sender, window, packetMax] = [reader.uint32(), reader.uint32(), reader.uint32()];
  return { type: "open", kind, sender, window, packetMax, ends: isTcpip(kind) ? readEnds(reader) : undefined };
}

function readEnds(reader: WireReader): TcpipEnds {
  const [host, port] = [reader.utf8(), reader.uint32()];
  return { host, port, originatorHost: reader.utf8(), originatorPort: reader.uint32() };
}

function channelRequest(reader: WireReader): ConnectionMessage {
  const recipient = reader.uint32();
  const [name, wantReply] = [reader.utf8(), reader.boolean()];
  return { type: "request", recipient, name, wantReply, argument: readArgument(reader, argumentKinds.get(name)) };
}

function readArgument(reader: WireReader, kind: "text" | "number" | undefined): RequestArgument {
  if (kind === undefined) return undefined;
  return kind === "number" ? reader.uint32() : reader.utf8();
}
