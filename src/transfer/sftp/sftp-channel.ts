// One SFTP channel with its file system; what a session works with until the connection breaks.

import { SftpCalls } from "../../filesystem/sftp/sftp-calls.ts";
import { makeSftpFileSystem, type SftpFiles } from "../../filesystem/sftp/sftp-file-system.ts";
import { decodeName, encodeName } from "../../protocol/client/name-bytes.ts";
import { isSallyportError, SallyportError } from "../../protocol/error.ts";
import { nameOf, resolvePath } from "../../protocol/file-path.ts";
import type { FileFacts } from "../../protocol/listing/file-facts.ts";
import type { ListedEntry, ListedTime } from "../../protocol/listing/listed-entry.ts";
import type { SftpClient } from "../../ssh/sftp/client/sftp-client.ts";

export interface SftpChannel {
  readonly client: SftpClient;
  /** Aborted when the connection is gone: one signal for all files. */
  readonly lost: AbortSignal;
  readonly session: SftpCalls;
  readonly files: SftpFiles;
  /** The absolute path in bytes of a path of a URL. Throws for one in a login directory that the server does not tell. */
  place(path: string): string;
}

/** A server that tells no login directory (REALPATH refused, `C:/home`) has one none the less: only relative paths need it. */
export async function makeSftpChannel(client: SftpClient, signal: AbortSignal): Promise<SftpChannel> {
  const session = new SftpCalls(client, "");
  const home = await session.realPath(".", signal).catch((error: unknown) => {
    if (signal.aborted || client.isOver || !isSallyportError(error)) throw error;
    return noHome(error);
  });
  const lost = new AbortController();
  void client.closed.then((why) => lost.abort(why));
  return {
    client,
    lost: lost.signal,
    session,
    files: makeSftpFileSystem({ client }),
    place: (path) => {
      if (typeof home === "string" || path.startsWith("/"))
        return sftpPath(typeof home === "string" ? home : "/", path);
      throw home;
    },
  };
}

function noHome(cause: SallyportError): SallyportError {
  return new SallyportError("SSH_PROTOCOL", `the server does not report the login directory (${cause.message})`, {
    cause,
    hint: "Write the path from the root: sftp://host/directory/file, without /~/.",
  });
}

/**
 * The absolute path in bytes of a path of a URL; what is relative begins in `home`, which is bytes already. `.` and `..` go by
 * the letters, as RFC 3986 section 5.2.4 has it for URLs. Throws `FS_NAME_INVALID`.
 */
export function sftpPath(home: string, path: string): string {
  return resolvePath(home, encodeName(path, "utf8"));
}

/** What the server has not told is not reported. */
export function listedEntry(bytes: string, facts: FileFacts): ListedEntry {
  const { type, size, modifiedMs, mode, owner, group, unreported = [] } = facts;
  const time: ListedTime = { ms: modifiedMs, precision: "second", zone: "utc" };
  return {
    name: decodeName(nameOf(bytes), "utf8"),
    type: unreported.includes("type") ? undefined : type,
    size: unreported.includes("size") ? undefined : size,
    modified: unreported.includes("modifiedMs") ? undefined : time,
    mode: unreported.includes("mode") ? undefined : mode,
    owner,
    group,
  };
}
