// Sessions with servers: logged in when first needed, shared SSH, one password question for each server.
import type { Credentials } from "../../client/client-options.ts";
import { connectFtp, type FtpClient, type FtpClientOptions } from "../../connect/ftp-client.ts";
import { type SshHost, sshHost } from "../../connect/ssh-host.ts";
import { attemptUntil } from "../../platform/abort.ts";
import type { Trace } from "../../platform/trace.ts";
import { definedProps } from "../../protocol/defined-props.ts";
import type { FtpUrl } from "../../protocol/url/ftp-url.ts";
import type { SshHostOptions } from "../../ssh/ssh-connection.ts";
import type { ServerSession } from "../../transfer/server-session.ts";
import type { SessionSource } from "../../transfer/worker-sessions.ts";
import { tlsOptions } from "../credentials/sign-in.ts";
import { sftpHost } from "./sftp-host.ts";
import type { TransferCommand } from "./transfer-command.ts";

export interface SessionsOptions {
  readonly command: TransferCommand;
  readonly via: SshHostOptions | undefined;
  /** Who answers the questions of SSH, and reads its messages. */
  readonly prompts: Pick<SshHostOptions, "askUser" | "tellUser">;
  readonly trace: Trace;
  readonly traceTransfers: boolean;
  readonly logIn: (url: FtpUrl) => Promise<Credentials>;
  /** Ends attempts to connect, not sessions. */
  readonly signal: AbortSignal;
}

const servers: WeakMap<FtpUrl, string> = new WeakMap();

/** The same for two URLs that one session serves. */
export function serverOf(url: FtpUrl): string {
  const known = servers.get(url);
  if (known !== undefined) return known;
  const { scheme, host, port, user, password } = url;
  const server = JSON.stringify([scheme, host.toLowerCase(), port, user, password?.reveal()]);
  servers.set(url, server);
  return server;
}

/** Disposal ends the SSH connections; sessions are their openers'. */
export class Sessions implements SessionSource<FtpUrl>, AsyncDisposable {
  readonly #options: SessionsOptions;
  readonly #logins: Map<string, Promise<Credentials>> = new Map();
  /** What one has found out of the server the next ones begin with. */
  readonly #first: Map<string, FtpClient> = new Map();
  readonly #open: Map<string, number> = new Map();
  /** Connected when first needed, and again when the connection was lost. */
  readonly #via: SshHost | undefined;
  readonly #sftpHosts: Map<string, SshHost> = new Map();

  constructor(options: SessionsOptions) {
    this.#options = options;
    const { via, trace } = options;
    this.#via = via === undefined ? undefined : sshHost({ ...via, trace });
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

  async open(url: FtpUrl, signal: AbortSignal = this.#options.signal): Promise<ServerSession> {
    const key = serverOf(url);
    const session = await attemptUntil<ServerSession>(signal, undefined, (attempt) =>
      url.scheme === "sftp" ? this.#openSftp(url, key, attempt) : this.#openFtp(url, key, attempt),
    );
    this.#count(key, 1);
    void session.closed.then(() => this.#count(key, -1));
    return session;
  }

  async #openSftp(url: FtpUrl, key: string, signal: AbortSignal): Promise<ServerSession> {
    // FTP has no use for it.
    const { openSftpSession } = await import("../../connect/connect-sftp.ts");
    return await openSftpSession(this.#sftpHost(url, key), signal);
  }

  async #openFtp(url: FtpUrl, key: string, signal: AbortSignal): Promise<FtpClient> {
    const first = this.#first.get(key);
    if (first !== undefined) return await first.openAnother({ signal });
    const login = this.#logins.get(key) ?? this.#options.logIn(url);
    this.#logins.set(key, login);
    const { trace, traceTransfers } = this.#options;
    const [credentials, options] = await Promise.all([login, this.#optionsFor(url), this.#via?.ready(signal)]);
    const client = await connectFtp({ ...options, ...credentials, signal, trace, traceTransfers });
    this.#first.set(key, client);
    return client;
  }

  async #optionsFor({ host, port, scheme }: FtpUrl): Promise<FtpClientOptions> {
    const { mode, explicitTls, tlsCa, encoding } = this.#options.command;
    const kind = scheme === "ftps" ? "implicit" : explicitTls ? "explicit" : undefined;
    return {
      host,
      mode,
      ...definedProps({ encoding, port, via: this.#via }),
      ...(await tlsOptions(kind, tlsCa)),
    };
  }

  /** One for all sessions with a server; each has a channel of its connection. */
  #sftpHost(url: FtpUrl, key: string): SshHost {
    const known = this.#sftpHosts.get(key);
    if (known !== undefined) return known;
    const { command, prompts, trace } = this.#options;
    // No command is run: an account that may do SFTP only would take it for SFTP.
    const host = sshHost({ ...sftpHost(url, command.sftp), ...prompts, noCommand: true, trace });
    this.#sftpHosts.set(key, host);
    return host;
  }

  #count(key: string, step: number): void {
    this.#open.set(key, (this.#open.get(key) ?? 0) + step);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#via, ...this.#sftpHosts.values()].map((host) => host?.[Symbol.asyncDispose]()));
  }
}
