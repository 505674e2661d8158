// From a target to a session: directly, or through one SSH connection that all sessions of the program share.
import type { ClientOptions } from "../../client/client-options.ts";
import { FtpClient } from "../../connect/ftp-client.ts";
import { connectSsh, type SshHost } from "../../connect/ssh-host.ts";
import type { Trace } from "../../platform/trace.ts";
import { definedProps } from "../../protocol/defined-props.ts";
import type { SshHostOptions } from "../../ssh/ssh-host-options.ts";

export interface ConnectorOptions {
  readonly via: SshHostOptions | undefined;
  readonly trace: Trace;
}

/** Disposal ends the SSH connection; sessions are their callers'. */
export class ClientConnector implements AsyncDisposable {
  readonly #options: ConnectorOptions;
  #via: SshHost | undefined;

  constructor(options: ConnectorOptions) {
    this.#options = options;
  }

  /** `signal` ends the attempt, `end` the session as well. */
  async open(options: ClientOptions, signal: AbortSignal, end: AbortSignal): Promise<FtpClient> {
    signal.throwIfAborted();
    const attempt = new AbortController();
    const abort = (): void => attempt.abort(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    try {
      const both = AbortSignal.any([attempt.signal, end]);
      const via = await this.#openVia(both);
      const through = definedProps({ via });
      return await FtpClient.connect({ ...options, ...through, signal: both, trace: this.#options.trace });
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  /** Made again by itself when it was lost. */
  async #openVia(signal: AbortSignal): Promise<SshHost | undefined> {
    const { via, trace } = this.#options;
    if (via !== undefined) this.#via ??= await connectSsh({ ...via, signal, trace });
    return this.#via;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const via = this.#via;
    this.#via = undefined;
    await via?.[Symbol.asyncDispose]();
  }
}
