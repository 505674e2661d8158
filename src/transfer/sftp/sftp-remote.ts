// One SFTP channel with its file system; what a session works with until the connection breaks.
import { openSftpFileSystem, type SftpFiles } from "../../filesystem/sftp/sftp-file-system.ts";
import { SftpSession } from "../../filesystem/sftp/sftp-session.ts";
import { isSallyportError, SallyportError } from "../../protocol/error.ts";
import type { SftpClient } from "../../ssh/sftp/client/sftp-client.ts";
import { sftpPath } from "./sftp-names.ts";

export interface SftpRemote {
  readonly client: SftpClient;
  readonly session: SftpSession;
  readonly files: SftpFiles;
  /** The absolute path in bytes of a path of a URL. Throws for one in a login directory that the server does not tell. */
  place(path: string): string;
}

/** A server that tells no login directory (REALPATH refused, `C:/home`) has one none the less: only relative paths need it. */
export async function makeRemote(client: SftpClient, signal: AbortSignal): Promise<SftpRemote> {
  const session = new SftpSession(client, "");
  const home = await session.realPath(".", signal).catch((error: unknown) => {
    if (signal.aborted || client.isOver || !isSallyportError(error)) throw error;
    return noHome(error);
  });
  return {
    client,
    session,
    files: openSftpFileSystem({ client }),
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
