// What a server can do beside version 3, by the extensions that it names (OpenSSH's PROTOCOL, section 4).
import { limits } from "../../../protocol/limits.ts";

export interface ServerFeatures {
  /** A rename that replaces, in one step. */
  readonly posixRename: boolean;
  readonly fsync: boolean;
  readonly statvfs: boolean;
  /** Bytes of one read and of one write. */
  readonly readBytes: number;
  readonly writeBytes: number;
}

/** `told`: the answer to limits@openssh.com; empty where the server has none. A limit of 0 is no limit. */
export function serverFeatures(extensions: ReadonlyMap<string, string>, told: readonly number[]): ServerFeatures {
  const [packet = 0, read = 0, write = 0] = told;
  return {
    posixRename: extensions.get("posix-rename@openssh.com") === "1",
    fsync: extensions.get("fsync@openssh.com") === "1",
    statvfs: extensions.get("statvfs@openssh.com") === "2",
    readBytes: dataBytes(packet, read),
    writeBytes: dataBytes(packet, write),
  };
}

/** As OpenSSH has it: 1024 bytes of a message are not for the data. */
const overhead = 1024;

function dataBytes(packet: number, told: number): number {
  const room = packet > overhead ? packet - overhead : Number.POSITIVE_INFINITY;
  const most = told === 0 ? limits.sftpPlainDataBytes : told;
  // A server that takes a few bytes at a time would cost a message for each of them; nobody has such a limit.
  return Math.max(512, Math.min(most, room, limits.sftpDataBytesMax));
}
