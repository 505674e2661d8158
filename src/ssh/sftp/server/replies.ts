// The messages that an SFTP server sends, with their length before them.

import type { Space } from "../../../platform/file-system.ts";
import { bytesFromLatin1 } from "../../../protocol/latin1.ts";
import type { FileEntry, FileFacts } from "../../../protocol/listing/file-facts.ts";
import { longName } from "../../../protocol/listing/list-line.ts";
import { printable } from "../../../protocol/printable.ts";
import { WireWriter } from "../../connection-protocol/wire-writer.ts";
import { writeAttributes, writeUint64 } from "../wire/attributes.ts";
import { messages, sftpVersion, statusCodes } from "../wire/message-types.ts";
import type { Status } from "./status.ts";

/** Pieces to be written one after the other. */
export type Reply = readonly Uint8Array[];

export const done: Status = { code: statusCodes.ok, words: "done" };

const reply = (type: number, id: number): WireWriter => new WireWriter().byte(type).uint32(id);

export function versionReply(extensions: Readonly<Record<string, string>>): Reply {
  const writer = new WireWriter().byte(messages.version).uint32(sftpVersion);
  for (const [name, value] of Object.entries(extensions)) writer.string(name).string(value);
  return [writer.packet()];
}

export function statusReply(id: number, { code, words }: Status): Reply {
  return [reply(messages.status, id).uint32(code).string(words).string("en").packet()];
}

export function handleReply(id: number, handle: string): Reply {
  return [reply(messages.handle, id).string(handle).packet()];
}

/** The bytes are not copied. */
export function dataReply(id: number, bytes: Uint8Array): Reply {
  const head = new WireWriter()
    .uint32(1 + 4 + 4 + bytes.length)
    .byte(messages.data)
    .uint32(id)
    .uint32(bytes.length);
  return [head.payload(), bytes];
}

export function attributesReply(id: number, facts: FileFacts): Reply {
  const writer = reply(messages.attrs, id);
  writeAttributes(writer, facts);
  return [writer.packet()];
}

/** With a line of `ls -l` for each, as people see it in a terminal. */
export function entriesReply(id: number, entries: readonly FileEntry[], nowMs: number): Reply {
  const writer = reply(messages.name, id).uint32(entries.length);
  for (const entry of entries) {
    writer.string(bytesFromLatin1(entry.name)).string(printable(longName(entry, nowMs)));
    writeAttributes(writer, entry.facts);
  }
  return [writer.packet()];
}

/** SSH_FXP_REALPATH is answered with a name that has no attributes. */
export function pathReply(id: number, path: string): Reply {
  const name = bytesFromLatin1(path);
  return [reply(messages.name, id).uint32(1).string(name).string(name).uint32(0).packet()];
}

const noSetuidFlag = 2; // SSH_FXE_STATVFS_ST_NOSUID
const nameBytesMax = 255;

/** statvfs@openssh.com of OpenSSH's PROTOCOL, section 4.4. */
export function spaceReply(id: number, space: Space): Reply {
  const { blockBytes, blocks, freeBlocks, availableBlocks, nodes, freeNodes } = space;
  const numbers = [
    ...[blockBytes, blockBytes, blocks, freeBlocks, availableBlocks],
    ...[nodes, freeNodes, freeNodes, 0, noSetuidFlag, nameBytesMax],
  ];
  const writer = reply(messages.extendedReply, id);
  for (const value of numbers) writeUint64(writer, value);
  return [writer.packet()];
}

/** limits@openssh.com of OpenSSH's PROTOCOL, section 4.8. */
export function limitsReply(id: number, most: { packet: number; read: number; write: number; handles: number }): Reply {
  const writer = reply(messages.extendedReply, id);
  for (const value of [most.packet, most.read, most.write, most.handles]) writeUint64(writer, value);
  return [writer.packet()];
}
