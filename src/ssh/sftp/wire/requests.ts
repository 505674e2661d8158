// What an SFTP client can ask for (draft-ietf-secsh-filexfer-02, section 6; OpenSSH's PROTOCOL, section 4).
import { bytesFromLatin1 } from "../../../protocol/latin1.ts";
import { WireWriter } from "../../connection-protocol/wire-writer.ts";
import { type Attributes, writeUint64, writeWanted } from "./attributes.ts";
import { messages } from "./message-types.ts";
import type { ReplyType } from "./replies.ts";

/** A request without its number. */
export interface Request<T extends ReplyType = ReplyType> {
  /** SSH_FXP_* */
  readonly type: number;
  /** What follows the number. */
  readonly body: Uint8Array;
  /** The bytes of a write, which follow the body as they are, without a copy. */
  readonly data?: readonly Uint8Array[];
  /** What it is answered with when all goes well. A status other than OK is always possible. */
  readonly expects: T;
  /** Of a read: more than that is not an answer to it. */
  readonly dataMax?: number;
  /** Of a read: asked for memory where the answer begins to come in pieces. What is large enough for it is used, and the answer's bytes are a view of it. */
  readonly memory?: () => Uint8Array;
}

type Fill = (writer: WireWriter) => unknown;

/** Of an answer with data, what comes before these: its type, the number of the request, the data's length. */
export const dataOverhead = 9;

function request<T extends ReplyType>(type: number, expects: T, fill: Fill): Request<T> {
  const writer = new WireWriter();
  fill(writer);
  return { type, expects, body: writer.payload() };
}

const extended = <T extends ReplyType>(name: string, expects: T, fill: Fill): Request<T> =>
  request(messages.extended, expects, (writer) => fill(writer.string(name)));

/** One character per byte; who makes the path has checked that it is nothing else. */
const name = (path: string): Uint8Array => bytesFromLatin1(path);

/** The names are those of the messages. Paths are bytes, one character each; what is relative begins in the login directory. */
export const requests = {
  /** `flags`: openFlags. A new file gets the permissions that the server gives new files. */
  open: (path: string, flags: number): Request<"handle"> =>
    request(messages.open, "handle", (writer) => writer.string(name(path)).uint32(flags).uint32(0)),
  close: (handle: Uint8Array): Request<"status"> =>
    request(messages.close, "status", (writer) => writer.string(handle)),
  read: (handle: Uint8Array, offset: number, bytes: number, memory?: () => Uint8Array): Request<"data"> => ({
    ...request(messages.read, "data", (writer) => {
      writeUint64(writer.string(handle), offset);
      writer.uint32(bytes);
    }),
    dataMax: bytes,
    ...(memory === undefined ? {} : { memory }),
  }),
  /** The pieces belong to the request until it is sent. */
  write: (handle: Uint8Array, offset: number, data: readonly Uint8Array[]): Request<"status"> => ({
    ...request(messages.write, "status", (writer) => {
      writeUint64(writer.string(handle), offset);
      writer.uint32(data.reduce((sum, piece) => sum + piece.length, 0));
    }),
    data,
  }),
  /** Of the link itself. */
  lstat: (path: string): Request<"attributes"> =>
    request(messages.lstat, "attributes", (writer) => writer.string(name(path))),
  /** Of what a link leads to. */
  stat: (path: string): Request<"attributes"> =>
    request(messages.stat, "attributes", (writer) => writer.string(name(path))),
  fstat: (handle: Uint8Array): Request<"attributes"> =>
    request(messages.fstat, "attributes", (writer) => writer.string(handle)),
  setstat: (path: string, wanted: Attributes): Request<"status"> =>
    request(messages.setstat, "status", (writer) => writeWanted(writer.string(name(path)), wanted)),
  fsetstat: (handle: Uint8Array, wanted: Attributes): Request<"status"> =>
    request(messages.fsetstat, "status", (writer) => writeWanted(writer.string(handle), wanted)),
  opendir: (path: string): Request<"handle"> =>
    request(messages.opendir, "handle", (writer) => writer.string(name(path))),
  readdir: (handle: Uint8Array): Request<"names"> =>
    request(messages.readdir, "names", (writer) => writer.string(handle)),
  remove: (path: string): Request<"status"> =>
    request(messages.remove, "status", (writer) => writer.string(name(path))),
  mkdir: (path: string): Request<"status"> =>
    request(messages.mkdir, "status", (writer) => writer.string(name(path)).uint32(0)),
  rmdir: (path: string): Request<"status"> => request(messages.rmdir, "status", (writer) => writer.string(name(path))),
  realpath: (path: string): Request<"names"> =>
    request(messages.realpath, "names", (writer) => writer.string(name(path))),
  /** Where a link leads, as it says itself. */
  readlink: (path: string): Request<"names"> =>
    request(messages.readlink, "names", (writer) => writer.string(name(path))),
  /** Section 6.5: fails when the new name is taken. */
  rename: (from: string, to: string): Request<"status"> =>
    request(messages.rename, "status", (writer) => writer.string(name(from)).string(name(to))),
  /** Replaces what has the new name, in one step. */
  posixRename: (from: string, to: string): Request<"status"> =>
    extended("posix-rename@openssh.com", "status", (writer) => writer.string(name(from)).string(name(to))),
  /** Down to the disk. */
  fsync: (handle: Uint8Array): Request<"status"> =>
    extended("fsync@openssh.com", "status", (writer) => writer.string(handle)),
  limits: (): Request<"extended"> => extended("limits@openssh.com", "extended", () => {}),
  /** Space and such, of the file system that has the path. */
  statvfs: (path: string): Request<"extended"> =>
    extended("statvfs@openssh.com", "extended", (writer) => writer.string(name(path))),
} as const;
