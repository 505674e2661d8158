// A tunnel: listeners here, one SSH connection, gateways between them.

import { networkInterfaces } from "node:os";
import type { GatewayEnvironment } from "../gateway/environment.ts";
import { Gateway, type GatewayShared } from "../gateway/gateway.ts";
import { ListenerRegistry } from "../gateway/listener-registry.ts";
import { admitOnly } from "../network/allowed-users.ts";
import { socketOwner } from "../network/socket-owner.ts";
import { systemClock } from "../network/system-clock.ts";
import { systemNetwork } from "../network/system-network.ts";
import { systemRandom } from "../network/system-random.ts";
import { onAbort, raceAbort } from "../platform/abort.ts";
import type { TraceEventBody } from "../platform/trace.ts";
import { definedProps } from "../protocol/defined-props.ts";
import type { SallyportError } from "../protocol/error.ts";
import { connectTransport } from "../ssh/connect-transport.ts";
import { type LiveSsh, ReconnectingSsh } from "../ssh/reconnecting-ssh.ts";
import { type SshConnection, type SshEnvironment, targetOf } from "../ssh/ssh-connection.ts";
import { checkTargets } from "./check-targets.ts";
import { type CheckedForward, checkForwards, closeAll, listenAll, openForward } from "./forwards.ts";
import type { Tunnel, TunnelOptions } from "./options.ts";
import { RunningTunnel, upstreamOver } from "./running-tunnel.ts";

type Emit = (session: number, event: TraceEventBody) => void;

/**
 * Opens an FTP-aware tunnel through SSH: listens, connects to the SSH server, and relays FTP sessions with their data
 * connections (RFC 959, 1639, 2428) through that one SSH connection.
 *
 * @throws SallyportError CONFIG_INVALID or POLICY_BIND for wrong options, NET_* when a listener cannot be had, SSH_* when the
 * SSH connection fails; the signal's reason when it is aborted before the tunnel is ready.
 * @example
 * const forwards = [{ port: 2121, host: "ftp-host", hostPort: 21 }];
 * await using tunnel = await openTunnel({ ssh: { host: "ssh-host" }, forwards });
 */
export function openTunnel(options: TunnelOptions): Promise<Tunnel> {
  const { transport = "auto", ssh } = options;
  return openTunnelOver(options, (environment, signal) =>
    connectTransport(transport, ssh, { ...environment, sharesMaster: true }, signal),
  );
}

/** Makes the SSH connection, and makes it again when it was lost. */
export type ConnectForTunnel = (environment: SshEnvironment, signal: AbortSignal) => Promise<SshConnection>;

/** As {@link openTunnel}, over connections that the caller knows how to make; of `ssh` only host and user are used, in messages. */
export async function openTunnelOver(
  options: Omit<TunnelOptions, "transport">,
  connect: ConnectForTunnel,
): Promise<Tunnel> {
  options.signal?.throwIfAborted();
  const signal = options.signal ?? new AbortController().signal;
  const checked = checkForwards(options);
  const mayEnter = await admitOnly(options.allowUsers);
  const emit = emitter(options);
  // First what can fail at once and asks nobody: a port in use is reported before a password is asked for.
  const listeners = await listenAll(checked, signal);
  const failed: { report: (error: SallyportError) => void } = { report: () => {} };
  const ssh = makeSsh(options, connect, emit, (error) => failed.report(error));
  const look = (live: LiveSsh): Promise<readonly SallyportError[]> =>
    checkTargets(
      checked.map(({ gateway }) => gateway),
      live.connection.network,
      systemClock,
      live.gone,
    );
  let live: LiveSsh;
  try {
    live = await ssh.start(signal);
    const [wrong, ...others] = options.check === "wait" ? await raceAbort(look(live), signal) : [];
    for (const other of others) emitUnfit(other, emit);
    if (wrong !== undefined) throw wrong;
  } catch (error) {
    await Promise.all([closeAll(listeners), ssh[Symbol.asyncDispose]()]);
    throw error;
  }
  const shared: GatewayShared = { registry: new ListenerRegistry(), sessions: new Set(), lastSession: 0 };
  const environment = { ...gatewayEnvironment(ssh, options, emit), ...definedProps({ mayEnter }) };
  const gateways = listeners.map(
    (listener, index) => new Gateway(listener, (checked[index] as CheckedForward).gateway, environment, shared),
  );
  const forwards = listeners.map((listener, index) => openForward(listener, checked[index] as CheckedForward, options));
  const { master } = live.connection;
  const tunnel = new RunningTunnel({
    clock: systemClock,
    forwards,
    gateways,
    shared,
    ssh,
    ...definedProps({ master }),
  });
  failed.report = (error) => void tunnel.fail(error);
  if (options.check === "report") void report(look(live), emit);
  void tunnel.closed.then(onAbort(signal, () => void tunnel[Symbol.asyncDispose]()));
  return tunnel;
}

/** What each file brings, beside the dialogue, which the gateway leaves out by itself. */
const ofEachFile: ReadonlySet<TraceEventBody["type"]> = new Set([
  "data.listen",
  "data.half-close",
  "data.close",
  "ssh.channel.open",
  "ssh.channel.close",
]);

function emitter({ trace, traceTransfers = true }: Pick<TunnelOptions, "trace" | "traceTransfers">): Emit {
  if (trace === undefined) return () => {};
  return (session, event) => {
    if (traceTransfers || !ofEachFile.has(event.type)) trace({ ...event, session, timeMs: systemClock.nowMs() });
  };
}

/** A refused channel has an event of its own already. */
async function report(look: Promise<readonly SallyportError[]>, emit: Emit): Promise<void> {
  const wrong = await look.catch(() => []); // SSH is gone, and that is reported
  for (const error of wrong) if (error.code !== "SSH_CHANNEL_REFUSED") emitUnfit(error, emit);
}

function emitUnfit({ message, hint }: SallyportError, emit: Emit): void {
  emit(0, { type: "target.unfit", reason: message, ...definedProps({ hint }) });
}

function makeSsh(
  options: Omit<TunnelOptions, "transport">,
  connect: ConnectForTunnel,
  emit: Emit,
  onGivenUp: (error: SallyportError) => void,
): ReconnectingSsh {
  const { askUser, tellUser } = options;
  const environment: SshEnvironment = {
    clock: systemClock,
    random: systemRandom,
    emit: (event) => emit(0, event),
    ...definedProps({ askUser, tellUser }),
  };
  return new ReconnectingSsh({
    target: targetOf(options.ssh),
    connect: (signal) => connect(environment, signal),
    clock: systemClock,
    noCommand: options.noCommand === true,
    background: { emit: (event) => emit(0, event), onGivenUp, ...definedProps({ holdMs: options.holdMs }) },
  });
}

function gatewayEnvironment(
  ssh: ReconnectingSsh,
  { backAddress, checkUser, trace, traceTransfers = true }: Omit<TunnelOptions, "transport">,
  emit: Emit,
): GatewayEnvironment {
  return {
    downstream: systemNetwork,
    clock: systemClock,
    upstream: upstreamOver(ssh, backAddress),
    emit,
    showsTransfers: trace !== undefined && traceTransfers,
    ...(checkUser === false ? {} : { ownerOf: socketOwner }),
    ownAddresses: () => Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address)),
  };
}
