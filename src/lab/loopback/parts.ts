// What the loopback stage is built from. It stands below tunnel and server, so the caller hands them over; a test may
// break one of them.
import type { Endpoint } from "../../platform/endpoint.ts";
import type { FileSystem } from "../../platform/file-system.ts";
import type { Trace } from "../../platform/trace.ts";
import type { UpstreamMode } from "../../protocol/relay/messages.ts";
import type { KnownServer } from "../../ssh/embedded/connect-with-key.ts";

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** An SSH server that lets one key in. */
export interface LoopbackSshServer extends AsyncDisposable {
  /** How to reach it, with the keys of both sides. */
  readonly access: KnownServer;
}

export interface LoopbackServerOptions {
  readonly files: FileSystem;
  readonly credentials: Credentials;
  readonly signal: AbortSignal;
}

export interface LoopbackServer extends AsyncDisposable {
  readonly address: Endpoint;
}

export interface LoopbackTunnelOptions {
  readonly access: KnownServer;
  /** FTP servers, as the SSH server reaches them. */
  readonly targets: readonly Endpoint[];
  readonly back: UpstreamMode;
  readonly trace: Trace;
  readonly signal: AbortSignal;
}

export interface LoopbackTunnel extends AsyncDisposable {
  /** Where FTP clients connect to, one for each target. */
  readonly entrances: readonly Endpoint[];
  /** Settles with the error that ended it, or with undefined when it was disposed. Never rejects. */
  readonly closed: Promise<Error | undefined>;
}

export interface LoopbackParts {
  readonly openSshServer: (options: {
    readonly signal: AbortSignal;
    readonly sharesPorts: boolean;
  }) => Promise<LoopbackSshServer>;
  readonly openServer: (options: LoopbackServerOptions) => Promise<LoopbackServer>;
  readonly openTunnel: (options: LoopbackTunnelOptions) => Promise<LoopbackTunnel>;
}
