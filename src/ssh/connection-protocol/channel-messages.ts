// The messages of RFC 4254 that we send, as unpadded packets (OpenSSH's PROTOCOL.mux section 9): length, 0, number, body.
import { message } from "./message-numbers.ts";
import { WireWriter } from "./wire-writer.ts";

function begin(number: number): WireWriter {
  return new WireWriter().byte(0).byte(number);
}

/** Section 5.1. `body` is what follows the maximum packet size. */
export function channelOpen(
  type: string,
  sender: number,
  window: number,
  packetMax: number,
  body: Uint8Array,
): Uint8Array {
  return begin(message.channelOpen).string(type).uint32(sender).uint32(window).uint32(packetMax).raw(body).packet();
}

/** Section 5.1. */
export function channelOpenFailure(recipient: number, reason: number): Uint8Array {
  return begin(message.channelOpenFailure).uint32(recipient).uint32(reason).string("").string("").packet();
}

/** Section 5.2. */
export function channelWindowAdjust(recipient: number, bytes: number): Uint8Array {
  return begin(message.channelWindowAdjust).uint32(recipient).uint32(bytes).packet();
}

/** Sections 5.3 and 5.4: messages that consist of the channel's number. */
export function aboutChannel(
  number: typeof message.channelEof | typeof message.channelClose | typeof message.channelFailure,
  recipient: number,
): Uint8Array {
  return begin(number).uint32(recipient).packet();
}

/** Section 5.4. `body` is what follows "want reply". */
export function channelRequest(recipient: number, name: string, wantReply: boolean, body: Uint8Array): Uint8Array {
  return begin(message.channelRequest).uint32(recipient).string(name).boolean(wantReply).raw(body).packet();
}

/** Section 4. */
export function requestFailure(): Uint8Array {
  return begin(message.requestFailure).packet();
}

/** Bytes of a data packet beside its data and its length. */
const dataOverhead = 10;

/** Section 5.2: what stands before `length` bytes of data. The data follow as they are, without a copy. */
export function channelDataHeader(recipient: number, length: number): Uint8Array {
  const header = new Uint8Array(4 + dataOverhead);
  const view = new DataView(header.buffer);
  view.setUint32(0, dataOverhead + length);
  view.setUint8(5, message.channelData);
  view.setUint32(6, recipient);
  view.setUint32(10, length);
  return header;
}

/** Section 7.2: the body of a direct-tcpip open. The originator is for the server's log only; we have none to tell. */
export function directTcpip(host: string, port: number): Uint8Array {
  return new WireWriter().string(host).uint32(port).string("127.0.0.1").uint32(0).payload();
}

/** RFC 4253 section 11.2: a message without meaning, which every party has to ignore. */
export function ignoreMessage(): Uint8Array {
  return begin(message.ignore).string("").packet();
}
