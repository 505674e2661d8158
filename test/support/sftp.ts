// SFTP servers to test with: a real sshd by both transports, and our own SSH server.
import { mkdirSync } from "node:fs";
import { openLocalFileSystem } from "../../src/filesystem/local/local-file-system.ts";
import { systemClock, systemTime } from "../../src/network/system-clock.ts";
import { systemRandom } from "../../src/network/system-random.ts";
import { connectEmbedded } from "../../src/ssh/embedded/connect-embedded.ts";
import { connectOpenSsh } from "../../src/ssh/openssh/connect-openssh.ts";
import { SftpClient } from "../../src/ssh/sftp/client/sftp-client.ts";
import type { SshConnection } from "../../src/ssh/ssh-connection.ts";
import type { Need } from "./missing.ts";
import { startSshServer } from "./ssh-server.ts";
import { startSshd } from "./sshd.ts";
import { makeTempDir } from "./tempdir.ts";

const never = new AbortController().signal;
const transports = { openssh: connectOpenSsh, embedded: connectEmbedded } as const;

export interface SftpSessionFixture extends AsyncDisposable {
  readonly client: SftpClient;
  /** An empty directory: its path for the client, and for this test. */
  readonly root: string;
  readonly directory: string;
}

export interface OpenSftpPlace extends AsyncDisposable {
  readonly connection: SshConnection;
  readonly server: { readonly configFile: string; readonly hostAlias: string };
  session(): Promise<SftpSessionFixture>;
}

export interface SftpPlace {
  readonly name: string;
  readonly needs: readonly Need[];
  open(): Promise<OpenSftpPlace>;
}

interface Served {
  readonly configFile: string;
  readonly hostAlias: string;
  readonly stop: () => Promise<void>;
}

function place(
  name: string,
  transport: keyof typeof transports,
  rootOf: (directory: string, name: string) => string,
  serve: (directory: string) => Promise<Served>,
): SftpPlace {
  const open = async (): Promise<OpenSftpPlace> => {
    const dir = makeTempDir("sftp");
    const server = await serve(dir.path);
    const { hostAlias: host, configFile } = server;
    const environment = { clock: systemClock, random: systemRandom, emit: () => {} };
    const connection = await transports[transport]({ host, configFile }, environment, never);
    let sessions = 0;
    return {
      connection,
      server,
      session: async () => {
        sessions += 1;
        const own = `${sessions}`;
        mkdirSync(dir.file(own));
        const subsystem = await connection.openSubsystem("sftp", never);
        const client = await SftpClient.open({ connection: subsystem, clock: systemClock, signal: never });
        return {
          client,
          root: rootOf(dir.path, own),
          directory: dir.file(own),
          [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
        };
      },
      [Symbol.asyncDispose]: async () => {
        await connection[Symbol.asyncDispose]();
        await server.stop();
        dir.remove();
      },
    };
  };
  return { name: `${name}, ${transport}`, needs: transport === "openssh" ? ["sshd", "ssh"] : ["sshd"], open };
}

const sshd = (): Promise<Served> => startSshd({ lines: ["Subsystem sftp internal-sftp"] });
const inReality = (directory: string, name: string): string => `${directory}/${name}`;

async function ours(directory: string): Promise<Served> {
  const files = await openLocalFileSystem({ directory, sync: false });
  return await startSshServer({ files: () => files, now: systemTime });
}

export const sftpPlaces: readonly SftpPlace[] = [
  place("sshd", "openssh", inReality, sshd),
  place("sshd", "embedded", inReality, sshd),
  place("our own SSH server", "openssh", (_, name) => `/${name}`, ours),
  place("our own SSH server", "embedded", (_, name) => `/${name}`, ours),
];
