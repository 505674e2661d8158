// Sallyport in a simulation: the gateway, the keeping of its SSH connection and the closing of a tunnel are the real ones.
import { Gateway, type GatewayShared } from "../../src/gateway/gateway.ts";
import { ListenerRegistry } from "../../src/gateway/listener-registry.ts";
import { SimulatedSsh } from "../../src/simulation/ssh/ssh-client.ts";
import { ReconnectingSsh } from "../../src/ssh/reconnecting-ssh.ts";
import { RunningTunnel, upstreamOver } from "../../src/tunnel/running-tunnel.ts";
import { CountedClock } from "./counted-clock.ts";
import { LosableSsh, sshSilenceMs } from "./losable-ssh.ts";
import { gatewayPort, type Place } from "./place.ts";
import type { GatewayPlan } from "./plan.ts";
import { never, Program, type Tamper } from "./program.ts";
import type { SwarmTrace } from "./trace.ts";

export interface GatewayParty {
  readonly front: Program;
  /** Of what waits at the SSH side. */
  readonly backClock: CountedClock;
  readonly shared: GatewayShared;
  readonly tunnel: RunningTunnel;
  /** What a session broke down on: a mistake of ours. */
  readonly internalErrors: readonly string[];
  /** Somebody asked for it. */
  readonly isClosing: () => boolean;
  close(graceMs: number): void;
  /** Told the type of every event of the gateway. */
  readonly watchers: Set<(type: string) => void>;
  /** Nothing comes through any more: after a while the SSH client notices. */
  lineIsDead(): () => void;
}

export async function startGateway(
  place: Place,
  plan: GatewayPlan,
  trace: SwarmTrace,
  tamper?: Tamper,
): Promise<GatewayParty> {
  const { gateway: host, simulation, addresses } = place;
  const { clock } = simulation;
  const front = new Program(host.network(), clock, tamper);
  let ssh: LosableSsh | undefined;
  const backClock = new CountedClock(clock);
  const reconnecting = new ReconnectingSsh({
    connect: async (signal) => {
      ssh = new LosableSsh(await SimulatedSsh.connect(host, { host: addresses.ssh, signal }));
      return ssh;
    },
    clock: backClock,
    noCommand: plan.upstreamMode !== "default-port",
    target: "user@ssh",
    background: {
      emit: (event) => trace.event("tunnel", event),
      onGivenUp: (error) => trace.say("tunnel", `given up: ${error.message}`),
    },
  });
  const { passivePorts, sshSharesPorts: _, ...others } = plan;
  const last = passivePorts === 0 ? 0 : 40_000 + passivePorts - 1;
  const listener = await front.listen({
    host: host === place.client ? "" : addresses.gateway,
    ports: { first: gatewayPort, last: gatewayPort },
    signal: never,
  });
  await reconnecting.start(never);
  const shared: GatewayShared = { registry: new ListenerRegistry(), sessions: new Set(), lastSession: 0 };
  const internalErrors: string[] = [];
  const watchers = new Set<(type: string) => void>();
  const gateway = new Gateway(
    listener,
    {
      ...others,
      target: { host: place.target, port: 21 },
      passivePorts: { first: passivePorts === 0 ? 0 : 40_000, last },
      passiveAddresses: [],
      allowThirdParty: [],
    },
    {
      downstream: front,
      clock: front.clock,
      upstream: upstreamOver(reconnecting),
      emit: (session, event) => {
        trace.event(`gateway#${session}`, event);
        for (const watcher of watchers) watcher(event.type);
        if (event.type === "session.close" && event.reason.includes("internal error"))
          internalErrors.push(event.reason);
      },
      ownAddresses: () => [addresses.loopback, host === place.client ? addresses.client : addresses.gateway],
    },
    shared,
  );
  const tunnel = new RunningTunnel({
    clock: front.clock,
    forwards: [],
    gateways: [gateway],
    shared,
    ssh: reconnecting,
  });
  let isClosing = false;
  const close = (graceMs: number): void => {
    isClosing = true;
    void tunnel.close({ graceMs });
  };
  const lineIsDead = (): (() => void) => clock.after(sshSilenceMs, () => ssh?.fail());
  return { front, backClock, shared, tunnel, internalErrors, lineIsDead, watchers, isClosing: () => isClosing, close };
}
