// `sallyport -L …` on a simulated host: our gateway over simulated ssh. When that is lost, it is not made again.
import { RemoteSockets } from "../../data-connection/remote-sockets.ts";
import type { GatewayEnvironment, GatewayOptions } from "../../gateway/environment.ts";
import { Gateway, type GatewayShared } from "../../gateway/gateway.ts";
import { ListenerRegistry } from "../../gateway/listener-registry.ts";
import { TlsClient, type TlsTrust } from "../../network/tls-client.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Endpoint } from "../../platform/endpoint.ts";
import { SallyportError } from "../../protocol/error.ts";
import type { Host } from "../../simulation/host/host.ts";
import { forwardLocal, forwardRemote } from "../../simulation/ssh/forwards.ts";
import { SimulatedSsh } from "../../simulation/ssh/ssh-client.ts";
import { readForward, type SallyportArgs, type SshArgs } from "../args.ts";
import { OwnedNetwork } from "../owned-network.ts";
import { never } from "./ftp-server.ts";

interface SallyportParts {
  /** Its listeners, and its connections to FTP clients. */
  readonly front: Program;
  /** Its ssh. */
  readonly ssh: Program;
  /** Where sshd runs. */
  readonly sshHost: Host;
  /** Addresses of the host that it runs on. */
  readonly ownAddresses: readonly string[];
  readonly args: SallyportArgs;
}

/** Throws `NET_*`. */
export async function startSallyport(parts: SallyportParts): Promise<void> {
  const { front, args } = parts;
  const ssh = await SimulatedSsh.connect(front.host, { host: args.to, local: parts.ssh, signal: never });
  const environment = environmentOf(parts, ssh);
  const shared: GatewayShared = { registry: new ListenerRegistry(), sessions: new Set(), lastSession: 0 };
  for (const forward of args.local) {
    const { bind = args.isForAll ? "" : "127.0.0.1", port, target } = readForward(forward);
    const listener = await front.listen({ host: bind, ports: { first: port, last: port }, signal: never });
    new Gateway(listener, optionsOf(args, target, environment.clock), environment, shared);
  }
}

function environmentOf({ front, sshHost, ownAddresses }: SallyportParts, ssh: SimulatedSsh): GatewayEnvironment {
  const gone = new AbortController();
  void ssh.lost.then((error) => gone.abort(error ?? new SallyportError("CLOSED", "the SSH connection is closed")));
  return {
    downstream: front,
    clock: front.host.simulation.clock,
    upstream: async () => {
      gone.signal.throwIfAborted();
      return {
        network: ssh.network,
        signal: gone.signal,
        address: ssh.serverAddress,
        remoteSockets: new RemoteSockets(async (port) => localEndsOf(sshHost, port)),
      };
    },
    emit: () => {},
    ownAddresses: () => ownAddresses,
  };
}

/** What Sallyport learns from the tables of sockets at the SSH host. */
function localEndsOf(sshHost: Host, port: number): readonly Endpoint[] {
  const ends = sshHost
    .netstat()
    .filter(({ remote, state }) => state === "ESTABLISHED" && remote.endsWith(`:${port}`))
    .map(({ local }) => local.split(":"));
  return ends.map(([host = "", own]) => ({ host, port: Number(own) }));
}

const optionsOf = (args: SallyportArgs, target: Endpoint, clock: Clock): GatewayOptions => ({
  target,
  upstreamTls: { mode: "auto", open: () => new TlsClient(target.host, trustOf(args), clock) },
  upstreamMode: args.back ?? "auto",
  passivePorts: { first: 0, last: 0 },
  passiveAddresses: [],
  allowThirdParty: [],
  sessionsMax: 10,
  keepaliveMs: 0,
});

const trustOf = ({ serverTlsPin }: SallyportArgs): TlsTrust =>
  serverTlsPin === undefined ? {} : { pins: [serverTlsPin] };

// A program on a simulated host.
export class Program extends OwnedNetwork {
  readonly host: Host;

  constructor(host: Host) {
    super(host.network());
    this.host = host;
  }
}

// `ssh -N -L … -R …` on a simulated host.
/** Throws `NET_*`, `SSH_FORWARD_REFUSED`. */
export async function startSsh(program: Program, args: SshArgs): Promise<void> {
  const ssh = await SimulatedSsh.connect(program.host, { host: args.to, local: program, signal: never });
  const isForAll = args.isForAll ?? false;
  for (const local of args.local ?? []) {
    const { target, ...where } = readForward(local);
    await forwardLocal(ssh, { ...where, isForAll }, target);
  }
  for (const remote of args.remote ?? []) {
    const { target, ...where } = readForward(remote);
    await forwardRemote(ssh, where, target);
  }
}
