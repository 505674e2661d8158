// A server that runs: what the caller holds.

import { closeSessions } from "../admission/acceptor.ts";
import type { Clock } from "../platform/clock.ts";
import { Deferred } from "../platform/deferred.ts";
import { formatEndpoint } from "../platform/endpoint.ts";
import type { SallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import type { FtpServer, ServerShared } from "../server/ftp-server.ts";
import type { SshServer } from "../ssh/embedded/server/options.ts";
import type { OpenListener, OpenSsh, Server } from "./options.ts";

const closingText = "This server is closing. Goodbye.";

export interface ServerParts {
  readonly clock: Clock;
  readonly listeners: readonly OpenListener[];
  readonly servers: readonly FtpServer[];
  readonly shared: ServerShared;
  readonly ssh: SshServer | undefined;
  readonly owned: AsyncDisposable | undefined;
}

export class RunningServer implements Server {
  readonly listeners: readonly OpenListener[];
  readonly ssh: OpenSsh | undefined;
  readonly closed: Promise<SallyportError | undefined>;
  readonly #parts: ServerParts;
  readonly #closed = new Deferred<SallyportError | undefined>();
  #closing: Promise<void> | undefined;

  constructor(parts: ServerParts) {
    this.#parts = parts;
    this.listeners = parts.listeners;
    this.ssh = parts.ssh === undefined ? undefined : described(parts.ssh);
    this.closed = this.#closed.promise;
  }

  get sessions(): number {
    return this.#parts.shared.sessions.size;
  }

  get transfersRunning(): number {
    return [...this.#parts.shared.sessions].filter(({ transfer }) => transfer !== undefined).length;
  }

  async close(options: { readonly graceMs?: number } = {}): Promise<void> {
    await this.#close(options.graceMs ?? limits.serverGraceMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort();
    await this.#close(0);
  }

  #abort(): void {
    for (const session of this.#parts.shared.sessions) session.closeNow(closingText);
  }

  #close(graceMs: number): Promise<void> {
    this.#closing ??= this.#closeParts(graceMs).then(() => this.#closed.resolve(undefined));
    return this.#closing;
  }

  async #closeParts(graceMs: number): Promise<void> {
    const { clock, servers, shared, ssh, owned } = this.#parts;
    const acceptors = servers.map(({ acceptor }) => acceptor);
    await closeSessions(clock, acceptors, shared.sessions, closingText, graceMs);
    // Last: sessions that may finish their transfers may have come this way.
    await ssh?.[Symbol.asyncDispose]();
    await owned?.[Symbol.asyncDispose]();
  }
}

function described({ host, port, hostKey, hostKeyFingerprint }: SshServer): OpenSsh {
  return { url: `ssh://${formatEndpoint({ host, port })}`, host, port, hostKey, hostKeyFingerprint };
}
