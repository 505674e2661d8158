// ATTRS of draft-ietf-secsh-filexfer-02, section 5.
import { definedProps } from "../../../protocol/defined-props.ts";
import type { FileFacts, FileType } from "../../../protocol/listing/file-facts.ts";
import type { WireReader } from "../../connection-protocol/wire-reader.ts";
import type { WireWriter } from "../../connection-protocol/wire-writer.ts";

const flags = { size: 1, owner: 2, permissions: 4, times: 8, extended: 0x8000_0000 } as const;

/** S_IFMT of stat(2), as every SFTP server has it. */
const typeBits: Readonly<Record<FileType, number>> = {
  file: 0o100000,
  directory: 0o040000,
  link: 0o120000,
  other: 0o140000, // a socket: whatever it is, nothing to transfer
};

/** What an ATTRS reports or asks for; whatever it leaves out is absent. */
export interface Attributes {
  readonly size?: number;
  /** It has a size that is 2^53 or more, and so is not reported. */
  readonly impossibleSize?: true;
  readonly owner?: { readonly user: number; readonly group: number };
  /** st_mode, the bits of the type included where the other side sends them. */
  readonly permissions?: number;
  /** Seconds since 1970. */
  readonly times?: { readonly accessed: number; readonly modified: number };
}

/** What a client wants to be so. */
export interface WantedAttributes {
  readonly size?: number;
  /** A size was named that no file can have. */
  readonly impossibleSize: boolean;
  /** User or group was named. */
  readonly owner: boolean;
  /** 0 to 0o7777. */
  readonly mode?: number;
  readonly modifiedMs?: number;
}

export function readAttributes(reader: WireReader): Attributes {
  const has = reader.uint32();
  const hasSize = (has & flags.size) !== 0;
  const size = hasSize ? readUint64(reader) : undefined;
  const owner = (has & flags.owner) === 0 ? undefined : { user: reader.uint32(), group: reader.uint32() };
  const permissions = (has & flags.permissions) === 0 ? undefined : reader.uint32();
  const times = (has & flags.times) === 0 ? undefined : { accessed: reader.uint32(), modified: reader.uint32() };
  // Pairs of a name and a value that nobody here knows. Each takes bytes, so a wrong count ends with the message.
  for (let left = (has & flags.extended) === 0 ? 0 : reader.uint32(); left > 0; left -= 1) {
    reader.string();
    reader.string();
  }
  const impossibleSize = hasSize && size === undefined ? (true as const) : undefined;
  return definedProps({ size, impossibleSize, owner, permissions, times });
}

export function readWantedAttributes(reader: WireReader): WantedAttributes {
  const { impossibleSize, size, owner, permissions, times } = readAttributes(reader);
  return {
    impossibleSize: impossibleSize === true,
    owner: owner !== undefined,
    ...definedProps({
      size,
      mode: permissions === undefined ? undefined : permissions & 0o7777,
      modifiedMs: times === undefined ? undefined : times.modified * 1000,
    }),
  };
}

/** The type that the bits of st_mode stand for; undefined where the other side sends the permission bits alone. */
export function typeOf(permissions: number): FileType | undefined {
  const bits = permissions & 0o170000;
  if (bits === 0) return undefined;
  const [type] = Object.entries(typeBits).find(([name, value]) => name !== "other" && value === bits) ?? ["other"];
  return type as FileType;
}

/** What a client sets: one thing at a time. */
export function writeWanted(writer: WireWriter, wanted: Attributes): void {
  const { size, permissions, times } = wanted;
  const has = [
    size === undefined ? 0 : flags.size,
    permissions === undefined ? 0 : flags.permissions,
    times === undefined ? 0 : flags.times,
  ];
  writer.uint32(has.reduce((sum, flag) => sum | flag, 0));
  if (size !== undefined) writeUint64(writer, size);
  if (permissions !== undefined) writer.uint32(permissions);
  if (times !== undefined) writer.uint32(times.accessed).uint32(times.modified);
}

export function writeAttributes(writer: WireWriter, facts: FileFacts): void {
  const user = numberOf(facts.owner);
  const group = numberOf(facts.group);
  const hasOwner = user !== undefined && group !== undefined;
  // Without the permissions a client would not learn the type, so those are always sent.
  const hasSize = facts.unreported?.includes("size") !== true;
  const hasTimes = facts.unreported?.includes("modifiedMs") !== true;
  const has = [hasSize ? flags.size : 0, hasOwner ? flags.owner : 0, flags.permissions, hasTimes ? flags.times : 0];
  writer.uint32(has.reduce((sum, flag) => sum | flag, 0));
  if (hasSize) writeUint64(writer, facts.size);
  if (hasOwner) writer.uint32(user).uint32(group);
  const seconds = Math.min(Math.max(Math.floor(facts.modifiedMs / 1000), 0), 0xffff_ffff);
  writer.uint32(typeBits[facts.type] | facts.mode);
  if (hasTimes) writer.uint32(seconds).uint32(seconds);
}

const half = 2 ** 32;

/** `undefined` from 2^53 on: no number here is exact there, and no file has such a byte. */
export function readUint64(reader: WireReader): number | undefined {
  const value = reader.uint32() * half + reader.uint32();
  return Number.isSafeInteger(value) ? value : undefined;
}

export function writeUint64(writer: WireWriter, value: number): void {
  writer.uint32(Math.floor(value / half)).uint32(value % half);
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,10}$/.test(text) && Number(text) < half ? Number(text) : undefined;
}
