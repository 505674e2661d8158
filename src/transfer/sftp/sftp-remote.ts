// One SFTP channel with its file system; what a session works with until the connection breaks.
import { openSftpFileSystem, type SftpFiles } from "../../filesystem/sftp/sftp-file-system.ts";
import { SftpSession } from "../../filesystem/sftp/sftp-session.ts";
import type { SftpClient } from "../../ssh/sftp/client/sftp-client.ts";

export interface SftpRemote {
  readonly client: SftpClient;
  readonly session: SftpSession;
  readonly files: SftpFiles;
  /** The login directory: absolute, one character per byte. */
  readonly home: string;
}

/** Throws what the server says against its login directory. */
export async function makeRemote(client: SftpClient, signal: AbortSignal): Promise<SftpRemote> {
  const session = new SftpSession(client, "");
  return { client, session, files: openSftpFileSystem({ client }), home: await session.realPath(".", signal) };
}
