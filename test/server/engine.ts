// The engine alone, with a clock that stands still: for tests about time, about other networks, and for hundreds of logins that
// must cost no password check. Everybody whose password is "secret" gets in; the name chooses the files.

import { LoginGuard } from "../../src/admission/login-guard.ts";
import { PendingLogins } from "../../src/admission/pending-logins.ts";
import { SallyportError, type ServerOptions, type TraceEvent } from "../../src/index.ts";
import { systemNetwork } from "../../src/network/system-network.ts";
import type { FileSystem } from "../../src/platform/file-system.ts";
import type { Network } from "../../src/platform/network.ts";
import { limits } from "../../src/protocol/limits.ts";
import { tlsPolicy } from "../../src/serve/check-options.ts";
import type { ServerEnvironment, ServerPolicy } from "../../src/server/environment.ts";
import { FtpServer, type ServerShared } from "../../src/server/ftp-server.ts";
import { LostUploads } from "../../src/server/lost-uploads.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { TestClient } from "../support/test-client.ts";

export interface EngineOptions extends Partial<Omit<ServerPolicy, "tls">> {
  readonly files: (user: string) => FileSystem | Promise<FileSystem>;
  readonly tls?: NonNullable<ServerOptions["tls"]>;
  /** Where clients come from. */
  readonly front?: Network;
  /** Where data connections are opened. */
  readonly network?: ServerEnvironment["network"];
  readonly resolve?: ServerEnvironment["resolve"];
  /** Address to listen on. */
  readonly host?: string;
}

export interface Engine extends AsyncDisposable {
  readonly port: number;
  readonly clock: FakeClock;
  readonly shared: ServerShared;
  readonly events: TraceEvent[];
  connect(): Promise<TestClient>;
  login(user?: string): Promise<TestClient>;
  /** Resolves when every client is gone, and their sessions too. */
  dismiss(): Promise<void>;
}

export async function startEngine(options: EngineOptions): Promise<Engine> {
  const { files, front = systemNetwork, network = systemNetwork, resolve = noName, tls, ...more } = options;
  const { host = "127.0.0.1", ...policy } = more;
  const clock = new FakeClock();
  const events: TraceEvent[] = [];
  const peers: TestClient[] = [];
  const { signal } = new AbortController();
  const listener = await front.listen({ host, ports: { first: 0, last: 0 }, signal });
  let names = 0;
  const environment: ServerEnvironment = {
    network,
    clock,
    now: () => 0,
    randomName: () => {
      names += 1;
      return String(names);
    },
    resolve,
    emit: (session, event) => events.push({ ...event, session, timeMs: clock.nowMs() } as TraceEvent),
  };
  const authenticate: ServerPolicy["authenticate"] = async ({ user, password }) =>
    password === "secret" ? { fileSystem: await files(user) } : undefined;
  const shared = {
    sessions: new Set(),
    perAddress: new Map(),
    guard: new LoginGuard(clock),
    pending: new PendingLogins(1000),
    lostUploads: new LostUploads(),
    lastSession: 0,
  };
  const whole = { ...usual, authenticate, tls: tlsPolicy(tls, clock), ...policy };
  const server = new FtpServer(listener, whole, environment, shared as ServerShared, false);
  const { port } = listener.endpoint;
  const connect = async (): Promise<TestClient> => {
    const peer = await TestClient.connect({ port, host });
    peers.push(peer);
    return peer;
  };
  const dismiss = async (): Promise<void> => {
    for (const peer of peers.splice(0)) peer[Symbol.dispose]();
    await server.acceptor.sessionsOver();
  };
  return {
    port,
    clock,
    shared: shared as ServerShared,
    events,
    connect,
    login: async (user) => (await connect()).login(user),
    dismiss,
    [Symbol.asyncDispose]: async () => {
      await server.acceptor.stopAccepting();
      await dismiss();
    },
  };
}

const usual: Omit<ServerPolicy, "authenticate" | "tls"> = {
  greeting: "Hello.",
  passivePorts: { first: 0, last: 0 },
  passiveAddresses: [],
  active: true,
  activePort: undefined,
  activePortOnly: false,
  allowThirdParty: [],
  opensLate: false,
  ascii: "convert",
  atomicUploads: false,
  sessionsMax: 1000,
  sessionsPerAddressMax: 1000,
  idleMs: limits.serverIdleMs,
  loginMs: limits.serverLoginMs,
  dataStallMs: limits.serverDataStallMs,
};

async function noName(host: string): Promise<never> {
  throw new SallyportError("NET_DNS", `there is no ${host}`);
}
