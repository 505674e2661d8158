// The FTP server engine of this project on a host of a simulation.
import { LoginGuard } from "../../src/admission/login-guard.ts";
import { PendingLogins } from "../../src/admission/pending-logins.ts";
import type { TraceEventBody } from "../../src/platform/trace.ts";
import { limits } from "../../src/protocol/limits.ts";
import { RunningServer } from "../../src/serve/running-server.ts";
import type { ServerPolicy } from "../../src/server/environment.ts";
import { FtpServer, type ServerShared } from "../../src/server/ftp-server.ts";
import { LostUploads } from "../../src/server/lost-uploads.ts";
import type { Host } from "../../src/simulation/host/host.ts";
import { never, type Program } from "./program.ts";

const letters = "abcdefghijklmnopqrstuvwxyz";

export interface OurServerParts {
  readonly program: Program;
  readonly host: Host;
  readonly port: number;
  readonly policy: ServerPolicy;
  readonly emit: (session: number, event: TraceEventBody) => void;
  /** A mistake of the engine's own. */
  readonly fault: (text: string) => void;
}

/** What a server of a simulation has in common with the others. */
export const usualPolicy: Omit<ServerPolicy, "authenticate" | "active" | "atomicUploads" | "tls" | "dataStallMs"> = {
  opensLate: false,
  ascii: "convert",
  greeting: "Hello.",
  passivePorts: { first: 0, last: 0 },
  passiveAddresses: [],
  activePort: 20,
  activePortOnly: false,
  allowThirdParty: [],
  sessionsMax: 20,
  sessionsPerAddressMax: 20,
  idleMs: limits.serverIdleMs,
  loginMs: limits.serverLoginMs,
};

export async function runOurServer({
  program,
  host,
  port,
  policy,
  emit,
  fault,
}: OurServerParts): Promise<AsyncDisposable> {
  const { clock } = program;
  const { random } = host.simulation;
  const shared: ServerShared = {
    sessions: new Set(),
    perAddress: new Map(),
    guard: new LoginGuard(clock),
    pending: new PendingLogins(1000),
    lostUploads: new LostUploads(),
    lastSession: 0,
  };
  const environment = {
    network: program,
    clock,
    now: () => 0,
    randomName: () => Array.from({ length: 8 }, () => letters[random.below(letters.length)]).join(""),
    resolve: async (name: string) => host.resolve(name),
    emit: (session: number, event: TraceEventBody) => {
      emit(session, event);
      if (event.type === "session.close" && event.reason.startsWith("a fault")) fault(event.reason);
    },
  };
  const listener = await program.listen({ host: "", ports: { first: port, last: port }, signal: never });
  const server = new FtpServer(listener, policy, environment, shared, false);
  return new RunningServer({ clock, listeners: [], servers: [server], shared, ssh: undefined, owned: undefined });
}
