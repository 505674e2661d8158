// A server of ours in this process, on a free port, with files in memory or on disk.
import { MemoryFileSystem, openServer, type Server, type ServerOptions, type TraceEvent } from "../../src/index.ts";
import { TestClient } from "../support/test-client.ts";
import { usersFile } from "../support/users-file.ts";

export interface Rig extends AsyncDisposable {
  readonly server: Server;
  readonly port: number;
  readonly events: TraceEvent[];
  /** A new client that is logged in. */
  login(): Promise<TestClient>;
  connect(): Promise<TestClient>;
}

export async function startRig(options: Partial<ServerOptions> = {}): Promise<Rig> {
  const events: TraceEvent[] = [];
  const peers: TestClient[] = [];
  const server = await openServer({
    files: new MemoryFileSystem({ now: () => Date.now() }),
    listen: [{ port: 0 }],
    ...(options.users === undefined && { passwordFile: usersFile("alice", "secret") }),
    trace: (event) => events.push(event),
    ...options,
  });
  const port = server.listeners[0]?.port ?? 0;
  const connect = async (): Promise<TestClient> => {
    const peer = await TestClient.connect({ port });
    peers.push(peer);
    return peer;
  };
  return {
    server,
    port,
    events,
    connect,
    login: async () => (await connect()).login(),
    [Symbol.asyncDispose]: async () => {
      for (const peer of peers) peer[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}
