// What the demo is made from. The real parts are in real-parts.ts; a test may break one of them.

import type { KnownServer } from "../../ssh/embedded/connect-with-key.ts";
import type { ConnectForTunnel } from "../../tunnel/open-tunnel.ts";
import type { Tunnel, TunnelOptions } from "../../tunnel/options.ts";
import type { OpenServer } from "../serve/run-serve.ts";

/** An SSH server on loopback that lets one key in. */
export interface DemoSshServer extends AsyncDisposable {
  /** How to reach it, with the keys of both sides. */
  readonly access: KnownServer;
}

export interface DemoParts {
  readonly openSshServer: (options: { readonly signal: AbortSignal }) => Promise<DemoSshServer>;
  readonly openServer: OpenServer;
  readonly openTunnelOver: (options: Omit<TunnelOptions, "transport">, connect: ConnectForTunnel) => Promise<Tunnel>;
  readonly connectWithKey: (access: KnownServer, ...rest: Parameters<ConnectForTunnel>) => ReturnType<ConnectForTunnel>;
}
