// What an SFTP server answers with (draft-ietf-secsh-filexfer-02, section 7).
import { latin1FromBytes } from "../../../protocol/latin1.ts";
import { limits } from "../../../protocol/limits.ts";
import { remoteFault } from "../../connection-protocol/fault.ts";
import type { WireReader } from "../../connection-protocol/wire-reader.ts";
import { type Attributes, readAttributes, readUint64 } from "./attributes.ts";
import { messages } from "./message-types.ts";

/** A name of a listing, with the line of `ls -l` that comes along. One character per byte, unchecked. */
export interface NamedAttributes {
  readonly name: string;
  readonly line: string;
  readonly attributes: Attributes;
}

export interface Replies {
  /** `words` in whatever language; one character per byte. */
  readonly status: { readonly code: number; readonly words: string };
  readonly handle: { readonly handle: Uint8Array };
  /** A view of what was received. */
  readonly data: { readonly bytes: Uint8Array };
  /** At least one. */
  readonly names: { readonly names: readonly NamedAttributes[] };
  readonly attributes: { readonly attributes: Attributes };
  /** The numbers that the two extensions we ask are answered with, each of 64 bits. */
  readonly extended: { readonly numbers: readonly number[] };
}

export type ReplyType = keyof Replies;

/** The answer to a request: what it expects, or a status. */
export type Reply<T extends ReplyType = ReplyType> = { [K in T | "status"]: { readonly type: K } & Replies[K] }[
  | T
  | "status"];

const readers: { readonly [K in ReplyType]: (reader: WireReader) => Replies[K] } = {
  status: (reader) => {
    const code = reader.uint32();
    // Servers of earlier drafts send the code alone.
    return { code, words: reader.isAtEnd ? "" : reader.text() };
  },
  handle: (reader) => {
    const handle = reader.string();
    if (handle.length > limits.sftpHandleBytesMax) throw remoteFault(`a handle of ${handle.length} bytes`);
    return { handle: handle.slice() };
  },
  data: (reader) => ({ bytes: reader.string() }),
  names: (reader) => {
    const names: NamedAttributes[] = [];
    const count = reader.uint32();
    // With none a listing would never end; the end is a status.
    if (count === 0) throw remoteFault("an answer with no name in it");
    while (names.length < count) {
      names.push({
        name: latin1FromBytes(reader.string()),
        line: latin1FromBytes(reader.string()),
        attributes: readAttributes(reader),
      });
    }
    return { names };
  },
  attributes: (reader) => ({ attributes: readAttributes(reader) }),
  extended: (reader) => {
    const numbers: number[] = [];
    while (!reader.isAtEnd && numbers.length < numbersMax) numbers.push(readUint64(reader) ?? Number.MAX_SAFE_INTEGER);
    return { numbers };
  },
};

/** statvfs@openssh.com has eleven. */
const numbersMax = 16;

const types: ReadonlyMap<number, ReplyType> = new Map([
  [messages.status, "status"],
  [messages.handle, "handle"],
  [messages.data, "data"],
  [messages.name, "names"],
  [messages.attrs, "attributes"],
  [messages.extendedReply, "extended"],
]);

/** What that message is, by its number. */
export function replyType(message: number): ReplyType | undefined {
  return types.get(message);
}

/** What follows the request's number. Throws SSH_PROTOCOL. */
export function readReply(type: ReplyType, reader: WireReader): Reply {
  return { type, ...readers[type](reader) } as Reply;
}
