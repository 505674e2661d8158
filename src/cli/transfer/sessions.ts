// Sessions with servers: logged in when first needed, shared SSH, one password question for each server.
import type { ClientOptions, Credentials } from "../../client/client-options.ts";
import { FtpClient } from "../../connect/ftp-client.ts";
import { connectSsh, type SshHost } from "../../connect/ssh-host.ts";
import type { Trace } from "../../platform/trace.ts";
import { definedProps } from "../../protocol/defined-props.ts";
import type { FtpUrl } from "../../protocol/url/ftp-url.ts";
import type { SshHostOptions } from "../../ssh/ssh-host-options.ts";
import type { ServerSession } from "../../transfer/server-session.ts";
import type { SessionSource } from "../../transfer/worker-pool.ts";
import { readRoots } from "../credentials/read-roots.ts";
import { SftpSessions } from "./sftp-sessions.ts";
import type { TransferCommand } from "./transfer-command.ts";

export interface SessionsOptions {
  readonly command: TransferCommand;
  readonly via: SshHostOptions | undefined;
  /** Who answers the questions of SSH, and hears what it says. */
  readonly people: Pick<SshHostOptions, "askUser" | "tellUser">;
  readonly trace: Trace;
  readonly logIn: (url: FtpUrl) => Promise<Credentials>;
  /** Ends attempts to connect, not sessions. */
  readonly signal: AbortSignal;
}

/** The same for two URLs that one session serves. */
export function serverOf({ scheme, host, port, user, password }: FtpUrl): string {
  return JSON.stringify([scheme, host.toLowerCase(), port, user, password?.reveal()]);
}

/** Disposal ends the SSH connection; sessions are their openers'. */
export class Sessions implements SessionSource<FtpUrl>, AsyncDisposable {
  readonly #options: SessionsOptions;
  readonly #logins: Map<string, Promise<Credentials>> = new Map();
  readonly #open: Map<string, number> = new Map();
  readonly #sftp: SftpSessions;
  #via: Promise<SshHost> | undefined;

  constructor(options: SessionsOptions) {
    this.#options = options;
    this.#sftp = new SftpSessions({ ...options, wish: options.command.sftp });
  }

  keyOf(url: FtpUrl): string {
    return serverOf(url);
  }

  async release(session: ServerSession): Promise<void> {
    await session[Symbol.asyncDispose]();
  }

  /** How many are open with that server. */
  openWith(url: FtpUrl): number {
    return this.#open.get(serverOf(url)) ?? 0;
  }

  async open(url: FtpUrl): Promise<ServerSession> {
    const key = serverOf(url);
    const { signal } = this.#options;
    const attempt = new AbortController();
    const abort = (): void => attempt.abort(signal.reason);
    signal.throwIfAborted();
    signal.addEventListener("abort", abort, { once: true });
    try {
      const client =
        url.scheme === "sftp"
          ? await this.#sftp.open(url, key, attempt.signal)
          : await this.#openFtp(url, key, attempt.signal);
      this.#count(key, 1);
      void client.closed.then(() => this.#count(key, -1));
      return client;
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  async #openFtp(url: FtpUrl, key: string, signal: AbortSignal): Promise<FtpClient> {
    const login = this.#logins.get(key) ?? this.#options.logIn(url);
    this.#logins.set(key, login);
    const { trace } = this.#options;
    return await FtpClient.connect({ ...(await this.#optionsFor(url)), ...(await login), signal, trace });
  }

  async #optionsFor({
    host,
    port,
    scheme,
  }: FtpUrl): Promise<ClientOptions & { readonly network?: SshHost["network"] }> {
    const { mode, explicitTls, tlsCa, encoding } = this.#options.command;
    const via = await this.#openVia();
    const kind = scheme === "ftps" ? "implicit" : explicitTls ? "explicit" : undefined;
    return {
      host,
      mode,
      ...definedProps({ encoding, port, network: via?.network }),
      ...(kind === undefined ? {} : { tls: { kind, ...(tlsCa === undefined ? {} : { ca: await readRoots(tlsCa) }) } }),
    };
  }

  /** One for all sessions, also when several ask at once. */
  #openVia(): Promise<SshHost> | undefined {
    const { via, trace, signal } = this.#options;
    if (via === undefined || this.#via !== undefined) return this.#via;
    const opened = connectSsh({ ...via, signal, trace });
    this.#via = opened;
    const forget = (): void => {
      if (this.#via === opened) this.#via = undefined;
    };
    opened.then(({ lost }) => lost).then(forget, forget);
    return opened;
  }

  #count(key: string, step: number): void {
    this.#open.set(key, (this.#open.get(key) ?? 0) + step);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const via = await this.#via?.catch(() => undefined);
    await via?.[Symbol.asyncDispose]();
    await this.#sftp[Symbol.asyncDispose]();
  }
}
