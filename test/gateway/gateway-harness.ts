// A gateway between this machine and this machine: what SSH would carry goes over loopback instead.
import { RemoteSockets } from "../../src/data-connection/remote-sockets.ts";
import type { GatewayEnvironment, GatewayOptions, Upstream } from "../../src/gateway/environment.ts";
import { Gateway, type GatewayShared } from "../../src/gateway/gateway.ts";
import { ListenerRegistry } from "../../src/gateway/listener-registry.ts";
import { systemClock } from "../../src/network/system-clock.ts";
import { systemNetwork } from "../../src/network/system-network.ts";
import type { Network } from "../../src/platform/network.ts";
import type { TraceEvent } from "../../src/platform/trace.ts";

export interface GatewayHarness extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly shared: GatewayShared;
  readonly trace: readonly TraceEvent[];
  /** Take the upstream network away, as when SSH is lost. */
  lose(reason: string): void;
  /** Resolves with the first event from now on, or before, that fits. */
  seen(fits: (event: TraceEvent) => boolean): Promise<TraceEvent>;
  /** No new sessions, and those that are there end as soon as no transfer is under way. */
  closeWhenIdle(text: string): void;
}

export interface HarnessOptions extends Partial<GatewayOptions> {
  readonly target: { readonly host: string; readonly port: number };
  readonly bind?: string;
  readonly backNetwork?: Network;
  readonly environment?: Partial<GatewayEnvironment>;
  /** Of another gateway, to share its sessions and listeners. */
  readonly shared?: GatewayShared;
}

export function newShared(): GatewayShared {
  return { registry: new ListenerRegistry(), sessions: new Set(), lastSession: 0 };
}

/** Disposal fails when a data listener is left over. */
export async function startGateway(options: HarnessOptions): Promise<GatewayHarness> {
  const { bind = "127.0.0.1", backNetwork = systemNetwork, shared = newShared(), environment, ...own } = options;
  const listener = await systemNetwork.listen({
    host: bind,
    ports: { first: 0, last: 0 },
    signal: new AbortController().signal,
  });
  let gone = new AbortController();
  const address = options.target.host.includes(":") ? "::1" : "127.0.0.1";
  const remoteSockets = new RemoteSockets(async () => []);
  /** Another one, when the last was lost. */
  const upstream = (): Upstream => {
    if (gone.signal.aborted) gone = new AbortController();
    return { network: backNetwork, signal: gone.signal, address, remoteSockets, keepsHalfOpen: true };
  };
  const trace: TraceEvent[] = [];
  const watchers = new Set<(event: TraceEvent) => void>();
  const complete: GatewayEnvironment = {
    downstream: systemNetwork,
    clock: systemClock,
    upstream: async () => upstream(),
    emit: (session, event) => {
      const timed = { ...event, session, timeMs: systemClock.nowMs() };
      trace.push(timed);
      for (const watcher of watchers) watcher(timed);
    },
    ownAddresses: () => ["127.0.0.1"],
    ...environment,
  };
  const gateway = new Gateway(listener, { ...defaults, ...own }, complete, shared);
  return {
    ...listener.endpoint,
    shared,
    trace,
    lose: (reason) => gone.abort(new Error(reason)),
    seen: (fits) =>
      new Promise((resolve) => {
        const found = trace.find(fits);
        if (found !== undefined) resolve(found);
        const watcher = (event: TraceEvent): void => {
          if (!fits(event)) return;
          watchers.delete(watcher);
          resolve(event);
        };
        watchers.add(watcher);
      }),
    closeWhenIdle: (text) => {
      for (const session of shared.sessions) session.closeWhenIdle(text);
    },
    [Symbol.asyncDispose]: async () => {
      await gateway.acceptor.stopAccepting();
      for (const session of shared.sessions) session.closeNow("the test is over");
      await gateway.acceptor.sessionsOver();
      if (shared.sessions.size === 0 && shared.registry.size > 0) throw new Error("a data listener is left over");
    },
  };
}

const defaults: Omit<GatewayOptions, "target"> = {
  upstreamMode: "auto",
  passivePorts: { first: 0, last: 0 },
  passiveAddresses: [],
  allowThirdParty: [],
  sessionsMax: 100,
  keepaliveMs: 0,
};
