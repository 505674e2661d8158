// An FTP server of ours with files in memory, and its files as a FileSystem.
import {
  type FtpFileSystem,
  type FtpFileSystemOptions,
  MemoryFileSystem,
  openFtpFileSystem,
  openServer,
  type Server,
  type ServerOptions,
} from "../../src/index.ts";
import { usersFile } from "../support/users-file.ts";
import { now } from "./rig.ts";

export interface FtpBehind extends AsyncDisposable {
  /** What the FTP server has. */
  readonly there: MemoryFileSystem;
  readonly ftp: Server;
  readonly files: FtpFileSystem;
}

export async function startFtpBehind(
  options: Partial<ServerOptions> = {},
  how: Partial<FtpFileSystemOptions> = {},
): Promise<FtpBehind> {
  const there = new MemoryFileSystem({ now });
  const passwordFile = usersFile("alice", "secret");
  const ftp = await openServer({ files: there, passwordFile, listen: [{ port: 0 }], ...options });
  const { host = "", port = 0 } = ftp.listeners[0] ?? {};
  const files = await openFtpFileSystem({ host, port, user: "alice", password: "secret", ...how });
  return {
    there,
    ftp,
    files,
    [Symbol.asyncDispose]: async () => {
      await files[Symbol.asyncDispose]();
      await ftp[Symbol.asyncDispose]();
    },
  };
}
