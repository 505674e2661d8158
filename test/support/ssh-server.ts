// Our own SSH server, with the files that a client needs to log in there.
import { userInfo } from "node:os";
import { systemClock } from "../../src/network/system-clock.ts";
import { systemNetwork } from "../../src/network/system-network.ts";
import { systemRandom } from "../../src/network/system-random.ts";
import type {
  AuthenticateSsh,
  SshServer,
  SshServerEvent,
  SshServerOptions,
} from "../../src/ssh/embedded/server/options.ts";
import { openSshServer } from "../../src/ssh/embedded/server/ssh-server.ts";
import { clientKey, hostKey } from "./ssh-keys.ts";
import { hostAlias, type SshdFiles, writeSshdFiles } from "./sshd-config.ts";
import { makeTempDir } from "./tempdir.ts";

export interface TestSshServer {
  readonly server: SshServer;
  readonly port: number;
  readonly hostAlias: string;
  /** ssh_config of a client with {@link clientKey}. */
  readonly configFile: string;
  readonly files: SshdFiles;
  readonly events: SshServerEvent[];
  stop(): Promise<void>;
}

/** Lets {@link clientKey} in as the user of this process, and the password `right` as anybody. */
export const letIn: AuthenticateSsh = async (attempt) => {
  const { user, method } = attempt;
  if (method === "password") return attempt.password === "right" ? { name: user } : undefined;
  const isOurs = Buffer.from(attempt.key).toString("base64") === clientKey().publicKey.split(" ")[1];
  return isOurs && user === userInfo().username ? { name: user } : undefined;
};

/** Permits everything on loopback, and shares ports, unless told otherwise. */
export async function startSshServer(
  options: Partial<SshServerOptions> = {},
  clientLines: readonly string[] = [],
): Promise<TestSshServer> {
  const events: SshServerEvent[] = [];
  const server = await openSshServer({
    network: systemNetwork,
    clock: systemClock,
    random: systemRandom,
    hostKeys: [hostKey().privateKey],
    authenticate: letIn,
    permitOpen: ["*:*"],
    permitListen: ["*:*"],
    sharesPorts: true,
    emit: (event) => events.push(event),
    ...options,
  });
  const dir = makeTempDir("ssh-server");
  const files = writeSshdFiles(dir, server.host, server.port, { clientLines });
  return {
    server,
    port: server.port,
    hostAlias,
    configFile: files.clientConfig,
    files,
    events,
    stop: async () => {
      await server[Symbol.asyncDispose]();
      dir.remove();
    },
  };
}
