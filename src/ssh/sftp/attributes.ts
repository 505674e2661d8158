// ATTRS of draft-ietf-secsh-filexfer-02, section 5.
import type { FileFacts, FileType } from "../../protocol/listing/file-facts.ts";
import type { WireReader } from "../connection-protocol/wire-reader.ts";
import type { WireWriter } from "../connection-protocol/wire-writer.ts";

const flags = { size: 1, owner: 2, permissions: 4, times: 8, extended: 0x8000_0000 } as const;

/** S_IFMT of stat(2), as every SFTP server has it. */
const typeBits: Readonly<Record<FileType, number>> = {
  file: 0o100000,
  directory: 0o040000,
  link: 0o120000,
  other: 0o140000, // a socket: whatever it is, nothing to transfer
};

/** What a client wants to be so. */
export interface WantedAttributes {
  readonly size?: number;
  /** User or group was named. */
  readonly owner: boolean;
  /** 0 to 0o7777. */
  readonly mode?: number;
  readonly modifiedMs?: number;
}

export function readAttributes(reader: WireReader): WantedAttributes {
  const has = reader.uint32();
  const size = (has & flags.size) === 0 ? undefined : readUint64(reader);
  const owner = (has & flags.owner) !== 0;
  if (owner) reader.uint32();
  if (owner) reader.uint32();
  const mode = (has & flags.permissions) === 0 ? undefined : reader.uint32() & 0o7777;
  if ((has & flags.times) !== 0) reader.uint32(); // of last access
  const modifiedMs = (has & flags.times) === 0 ? undefined : reader.uint32() * 1000;
  return {
    owner,
    ...(size === undefined ? {} : { size }),
    ...(mode === undefined ? {} : { mode }),
    ...(modifiedMs === undefined ? {} : { modifiedMs }),
  };
}

export function writeAttributes(writer: WireWriter, facts: FileFacts): void {
  const user = numberOf(facts.owner);
  const group = numberOf(facts.group);
  const hasOwner = user !== undefined && group !== undefined;
  writer.uint32(flags.size | (hasOwner ? flags.owner : 0) | flags.permissions | flags.times);
  writeUint64(writer, facts.size);
  if (hasOwner) writer.uint32(user).uint32(group);
  const seconds = Math.min(Math.max(Math.floor(facts.modifiedMs / 1000), 0), 0xffff_ffff);
  writer
    .uint32(typeBits[facts.type] | facts.mode)
    .uint32(seconds)
    .uint32(seconds);
}

const half = 2 ** 32;

/** Inexact beyond 2^53, which no file has. */
export function readUint64(reader: WireReader): number {
  return reader.uint32() * half + reader.uint32();
}

export function writeUint64(writer: WireWriter, value: number): void {
  writer.uint32(Math.floor(value / half)).uint32(value % half);
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,10}$/.test(text) && Number(text) < half ? Number(text) : undefined;
}
