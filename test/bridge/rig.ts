// Our own SSH server with files in memory, and a bridge in front of it.
import {
  type FileSystem,
  MemoryFileSystem,
  openServer,
  openSftpFileSystem,
  type ServerOptions,
  type SftpFileSystemOptions,
  type SshHost,
  type SshLoginOptions,
  type SshOptions,
  sshLogins,
  type TraceEvent,
} from "../../src/index.ts";
import { systemNetwork } from "../../src/network/system-network.ts";
import type { Connection, Network } from "../../src/platform/network.ts";
import type { SshServerOptions, SshUser } from "../../src/ssh/embedded/server/options.ts";
import { startSshServer, type TestSshServer } from "../support/ssh-server.ts";
import { TestClient } from "../support/test-client.ts";
import { usersFile } from "../support/users-file.ts";
import { openRigged, type SftpRigOptions } from "../transfer/sftp-rig.ts";

export const now = (): number => Date.now();

export interface TestSftp extends TestSshServer, AsyncDisposable {
  filesOf(user: string): FileSystem;
  /** Breaks every connection of a client, as a network would. */
  dropClients(): Promise<void>;
}

/** An SSH server whose users each have files of their own; the password is `right`. */
export async function startSftp(
  options: Partial<SshServerOptions> = {},
  clientLines: readonly string[] = [],
): Promise<TestSftp> {
  const { network, drop } = droppable();
  const homes = new Map<string, FileSystem>();
  const filesOf = (user: string): FileSystem => {
    const files = homes.get(user) ?? new MemoryFileSystem({ now });
    homes.set(user, files);
    return files;
  };
  const defaults = { clientNetwork: network, files: ({ name }: SshUser) => filesOf(name), now };
  const server = await startSshServer({ ...defaults, ...options }, clientLines);
  return { ...server, filesOf, dropClients: drop, [Symbol.asyncDispose]: server.stop };
}

/** This machine's network, whose accepted connections can be broken. */
export function droppable(): { readonly network: Network; readonly drop: () => Promise<void> } {
  const open = new Set<Connection>();
  const network: Network = {
    ...systemNetwork,
    listen: async (options) => {
      const listener = await systemNetwork.listen(options);
      return {
        endpoint: listener.endpoint,
        accept: async (how) => {
          const connection = await listener.accept(how);
          open.add(connection);
          void connection.closed.then(() => open.delete(connection));
          return connection;
        },
        [Symbol.asyncDispose]: async () => await listener[Symbol.asyncDispose](),
      };
    },
  };
  const drop = async (): Promise<void> => {
    const all = [...open];
    for (const connection of all) connection.reset();
    await Promise.all(all.map(({ closed }) => closed));
  };
  return { network, drop };
}

export interface Bridge extends AsyncDisposable {
  readonly port: number;
  readonly events: TraceEvent[];
  connect(): Promise<TestClient>;
  login(user?: string, password?: string): Promise<TestClient>;
}

/** An FTP server of such files. */
export async function bridge(options: ServerOptions): Promise<Bridge> {
  const events: TraceEvent[] = [];
  const clients: TestClient[] = [];
  const server = await openServer({ listen: [{ port: 0 }], trace: (event) => events.push(event), ...options });
  const port = server.listeners[0]?.port ?? 0;
  const connect = async (): Promise<TestClient> => {
    const client = await TestClient.connect({ port });
    clients.push(client);
    return client;
  };
  return {
    port,
    events,
    connect,
    login: async (user, password) => await (await connect()).login(user, password),
    [Symbol.asyncDispose]: async () => {
      for (const client of clients) client[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

const hostOf = ({ hostAlias: host, configFile }: TestSshServer): SshOptions => ({ host, configFile });

/** FTP users are those of the SSH server. */
export function bridgeForSshUsers(
  sftp: TestSshServer,
  more: Partial<SshLoginOptions> = {},
  options: ServerOptions = {},
): Promise<Bridge> {
  return bridge({ authenticate: sshLogins({ ssh: hostOf(sftp), ...more }), ...options });
}

/** The FTP user is `alice`, the SSH user the one of this process. */
export async function bridgeForLocalUsers(
  sftp: TestSshServer,
  how: SftpFileSystemOptions = {},
  options: ServerOptions = {},
): Promise<Bridge> {
  const files = await openSftpFileSystem({ ssh: hostOf(sftp), transport: "embedded" }, how);
  return bridge({ files, owned: files, passwordFile: usersFile("alice", "secret"), ...options });
}

/** An SSH host whose SFTP server has quirks; no SSH below it. */
export function quirkyHost(options: SftpRigOptions): SshHost {
  const never = (): never => {
    throw new Error("there is SFTP only");
  };
  return {
    network: systemNetwork,
    target: "me@quirky",
    transport: "embedded",
    lost: new Promise(() => {}),
    ready: never,
    exec: never,
    openSubsystem: async () => openRigged(options),
    [Symbol.asyncDispose]: async () => {},
  };
}

/** A bridge to it, for `alice`. */
export async function bridgeToQuirky(
  rig: SftpRigOptions,
  how: SftpFileSystemOptions = {},
  options: ServerOptions = {},
): Promise<Bridge> {
  const files = await openSftpFileSystem(quirkyHost(rig), how);
  const server = { files, owned: files, passwordFile: usersFile("alice", "secret"), opensLate: true };
  return bridge({ ...server, ascii: "binary", ...options });
}

/** What came of a command: the last reply, and the bytes of a download, or undefined where the data connection was reset. */
export interface Outcome {
  readonly code: number;
  readonly text?: string | undefined;
}

/** A download that may be broken off. */
export async function retrieve(client: TestClient, line: string): Promise<Outcome> {
  const data = await client.passive();
  const pieces: Buffer[] = [];
  data.on("data", (piece: Buffer) => pieces.push(piece));
  const ended = new Promise<string | undefined>((resolve) => {
    data.once("end", () => resolve(Buffer.concat(pieces).toString("latin1"))).once("error", () => resolve(undefined));
  });
  client.send(line);
  const first = (await client.reply()).code;
  const code = first === 150 ? (await client.reply()).code : first;
  if (first !== 150) data.destroy();
  return { code, text: first === 150 ? await ended : undefined };
}
