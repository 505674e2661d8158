// The server's side of RFC 4254, for tests: writes what a server sends, reads what the machine sends.
import { message } from "../../../src/ssh/connection-protocol/message-numbers.ts";
import { PacketSplitter } from "../../../src/ssh/connection-protocol/packet-splitter.ts";
import { WireReader } from "../../../src/ssh/connection-protocol/wire-reader.ts";
import { WireWriter } from "../../../src/ssh/connection-protocol/wire-writer.ts";

export const packet = (number: number): WireWriter => new WireWriter().byte(0).byte(number);

/** Channel `ours` gets the number `theirs` at the server. */
export const confirm = (ours: number, theirs: number, window = 1000, packetMax = 100): Uint8Array =>
  packet(message.channelOpenConfirmation).uint32(ours).uint32(theirs).uint32(window).uint32(packetMax).packet();

export const refuse = (ours: number, reason: number, text: string): Uint8Array =>
  packet(message.channelOpenFailure).uint32(ours).uint32(reason).string(text).string("en").packet();

export const data = (ours: number, bytes: Uint8Array | string): Uint8Array =>
  packet(message.channelData).uint32(ours).string(bytes).packet();

export const extendedData = (ours: number, kind: number, bytes: string): Uint8Array =>
  packet(message.channelExtendedData).uint32(ours).uint32(kind).string(bytes).packet();

export const adjust = (ours: number, bytes: number): Uint8Array =>
  packet(message.channelWindowAdjust).uint32(ours).uint32(bytes).packet();

export const eof = (ours: number): Uint8Array => packet(message.channelEof).uint32(ours).packet();
export const close = (ours: number): Uint8Array => packet(message.channelClose).uint32(ours).packet();

export const request = (
  ours: number,
  name: string,
  wantReply: boolean,
  body: Uint8Array = new Uint8Array(0),
): Uint8Array => packet(message.channelRequest).uint32(ours).string(name).boolean(wantReply).raw(body).packet();

export const reply = (ours: number, ok: boolean): Uint8Array =>
  packet(ok ? message.channelSuccess : message.channelFailure)
    .uint32(ours)
    .packet();

const names = new Map<number, string>(Object.entries(message).map(([name, number]) => [number, name]));

/** A packet of the machine in words: name and numbers, strings as they are. */
function describePacket(bytes: Uint8Array): string {
  const reader = new WireReader(bytes);
  reader.byte();
  const name = names.get(reader.byte()) ?? "?";
  if (name === "channelOpen") {
    return `${name} ${reader.text()} ${reader.uint32()} window=${reader.uint32()} packet=${reader.uint32()}`;
  }
  if (name === "requestFailure") return name;
  const recipient = reader.uint32();
  if (name === "channelData") return `${name} ${recipient} ${reader.text()}`;
  if (name === "channelRequest") return `${name} ${recipient} ${reader.text()}`;
  if (name === "channelOpenFailure") return `${name} ${recipient} reason=${reader.uint32()}`;
  return reader.isAtEnd ? `${name} ${recipient}` : `${name} ${recipient} ${reader.uint32()}`;
}

/** Every packet in what the machine wrote. */
export function describeOutput(chunks: readonly (Uint8Array | undefined)[]): string[] {
  const found: string[] = [];
  const splitter = new PacketSplitter(1_000_000);
  for (const chunk of chunks) if (chunk !== undefined) splitter.split(chunk, (one) => found.push(describePacket(one)));
  return found;
}

export function concat(...chunks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
