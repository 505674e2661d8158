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
import { systemNetwork } from "../../src/network/system-network.ts";
import type { Connection, Network } from "../../src/platform/network.ts";
import { usersFile } from "../support/users-file.ts";
import { now } from "./rig.ts";

export interface FtpBehind extends AsyncDisposable {
  /** What the FTP server has. */
  readonly there: MemoryFileSystem;
  readonly ftp: Server;
  readonly files: FtpFileSystem;
}

/** This machine's network, whose connections can be broken as a network breaks them. */
export function breakable(): {
  readonly network: Network;
  /** New ones come only when `mended` has resolved. */
  readonly breakAll: (mended?: Promise<void>) => Promise<void>;
} {
  let whole: Promise<void> = Promise.resolve();
  const open = new Set<Connection>();
  const network: Network = {
    ...systemNetwork,
    connect: async (options) => {
      await whole;
      const connection = await systemNetwork.connect(options);
      open.add(connection);
      void connection.closed.then(() => open.delete(connection));
      return connection;
    },
  };
  const breakAll = async (mended: Promise<void> = Promise.resolve()): Promise<void> => {
    whole = mended;
    const all = [...open];
    for (const connection of all) connection.reset();
    await Promise.all(all.map(({ closed }) => closed));
  };
  return { network, breakAll };
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
