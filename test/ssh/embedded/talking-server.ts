// An SSH server whose log-in is a script of the test's: passwords, prompts, several factors.
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import ssh2, { type AuthContext, type Connection } from "ssh2";
import type { SshOptions } from "../../../src/ssh/ssh-connection.ts";
import { hostKey } from "../../support/ssh-keys.ts";
import { makeTempDir } from "../../support/tempdir.ts";

export interface TalkingServer extends AsyncDisposable {
  readonly port: number;
  /** Connect with these. */
  readonly options: SshOptions;
  /** Methods that clients came with, in order. */
  readonly attempts: string[];
}

/** `onLogin` decides about each attempt, by accept or reject of the context. */
export async function startTalkingServer(
  onLogin: (context: AuthContext, client: Connection) => void,
  banner?: string,
): Promise<TalkingServer> {
  const clients = new Set<Connection>();
  const attempts: string[] = [];
  const server = new ssh2.Server({ hostKeys: [hostKey().privateKey], ...(banner === undefined ? {} : { banner }) });
  server.on("connection", (client) => {
    clients.add(client);
    client.on("error", () => {});
    client.on("close", () => clients.delete(client));
    client.on("authentication", (context) => {
      attempts.push(context.method);
      onLogin(context, client);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const dir = makeTempDir("talking");
  writeFileSync(dir.file("known_hosts"), `[127.0.0.1]:${port} ${hostKey().publicKey}`);
  writeFileSync(
    dir.file("config"),
    `UserKnownHostsFile ${dir.file("known_hosts")}\nGlobalKnownHostsFile none\nIdentityAgent none\nIdentityFile none\n`,
  );
  return {
    port,
    attempts,
    options: { host: "127.0.0.1", port, user: "me", configFile: dir.file("config") },
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const client of clients) client.end();
      await closed;
      dir.remove();
    },
  };
}
