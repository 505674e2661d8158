// Our FTP server engine on a simulated host, with the quirks of an old one: an engine for each client, as with inetd.

import { LoginGuard } from "../../admission/login-guard.ts";
import { PendingLogins } from "../../admission/pending-logins.ts";
import { TlsServer } from "../../network/tls-server.ts";
import { AcceptQueue } from "../../platform/accept-queue.ts";
import type { Clock } from "../../platform/clock.ts";
import type { FileSystem } from "../../platform/file-system.ts";
import type { Connection, Listener, Network } from "../../platform/network.ts";
import { parseCidr } from "../../protocol/cidr.ts";
import { limits } from "../../protocol/limits.ts";
import type { ServerPolicy, TlsPolicy } from "../../server/environment.ts";
import { FtpServer, type ServerShared } from "../../server/ftp-server.ts";
import { LostUploads } from "../../server/lost-uploads.ts";
import type { Host } from "../../simulation/host/host.ts";
import { filesInMemory, type LabFiles } from "../files.ts";
import { ClassicNetwork, ClassicQuirks } from "../servers/classic-network.ts";
import { filterControl } from "../servers/control-filter.ts";
import { labCertificate } from "../servers/lab-certificate.ts";
import type { FtpServerPlan } from "../stage.ts";

export const never: AbortSignal = new AbortController().signal;
const anywhere = [parseCidr("0.0.0.0/0")];

export interface FtpServerParts {
  readonly host: Host;
  /** Its network. */
  readonly program: Network;
  readonly plan: FtpServerPlan;
  readonly files: LabFiles;
  readonly notify: (from: "client" | "server", line: string) => void;
}

/** Listens on port 21 of every address. */
export async function startFtpServer(parts: FtpServerParts): Promise<void> {
  const fileSystem = await filesInMemory(parts.files, () => 0);
  const listener = await parts.program.listen({ host: "", ports: { first: 21, last: 21 }, signal: never });
  void acceptAll(listener, (control) => serve(control, parts, fileSystem));
}

async function acceptAll(listener: Listener, variant: (control: Connection) => void): Promise<void> {
  for (;;) {
    const control = await listener.accept({ signal: never }).catch(() => undefined);
    if (control === undefined) return;
    variant(control);
  }
}

function serve(control: Connection, parts: FtpServerParts, fileSystem: FileSystem): void {
  const { host, program, plan, notify } = parts;
  const { clock } = host.simulation;
  const quirks = new ClassicQuirks(plan, control.remote);
  const filtered = filterControl(control, { clock, judge: (line) => quirks.judge(line), notify });
  const shared: ServerShared = {
    sessions: new Set(),
    perAddress: new Map(),
    guard: new LoginGuard(clock),
    pending: new PendingLogins(1000),
    lostUploads: new LostUploads(),
    lastSession: 0,
  };
  const environment = {
    network: new ClassicNetwork(program, control, plan.comparesAddresses !== false),
    clock,
    now: () => 0,
    randomName: () => "name",
    resolve: async (name: string) => host.resolve(name),
    emit: () => {},
  };
  new FtpServer(onlyOne(filtered), policyOf(plan, fileSystem, clock), environment, shared, false);
}

/** A listener at which one client has come, and no other will. */
function onlyOne(connection: Connection): Listener {
  const queue = new AcceptQueue();
  queue.arrive(connection);
  return {
    endpoint: connection.local,
    accept: ({ signal }) => queue.accept(signal),
    [Symbol.asyncDispose]: () => queue.dispose(() => "the only client"),
  };
}

/** Real TLS: OpenSSL in this process, over simulated connections. */
const tlsPolicy = (clock: Clock): TlsPolicy => ({
  open: () => new TlsServer(labCertificate, clock),
  required: true,
  requireReuse: false,
});

function policyOf(plan: FtpServerPlan, fileSystem: FileSystem, clock: Clock): ServerPolicy {
  const { passiveAddress, passivePorts = { first: 0, last: 0 } } = plan;
  return {
    greeting: "FTP server of the lab.",
    authenticate: async () => ({ fileSystem }),
    passivePorts,
    passiveAddresses:
      passiveAddress === undefined
        ? []
        : [{ address: passiveAddress.address, cidr: parseCidr(passiveAddress.network) }],
    active: true,
    activePort: 20,
    activePortOnly: plan.defaultPorts === true,
    allowThirdParty: anywhere, // the quirks compare
    atomicUploads: false,
    opensLate: false,
    ascii: "convert",
    tls: plan.demandsTls === true ? tlsPolicy(clock) : undefined,
    sessionsMax: 10,
    sessionsPerAddressMax: 10,
    idleMs: limits.serverIdleMs,
    loginMs: limits.serverLoginMs,
    dataStallMs: limits.serverDataStallMs,
  };
}
