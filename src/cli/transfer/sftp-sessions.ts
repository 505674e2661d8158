// Sessions with SFTP servers: one SSH connection for each server, a channel of it for each session.
import { connectSsh, type SshHost } from "../../connect/ssh-host.ts";
import type { Trace } from "../../platform/trace.ts";
import type { FtpUrl } from "../../protocol/url/ftp-url.ts";
import type { SshHostOptions } from "../../ssh/ssh-host-options.ts";
import type { ServerSession } from "../../transfer/server-session.ts";
import { openSftpSession } from "../../transfer/sftp/open-sftp-session.ts";
import { type SftpWish, sftpHost } from "./sftp-host.ts";

export interface SftpSessionsOptions {
  readonly wish: SftpWish;
  /** Who answers the questions of SSH, and hears what it says. */
  readonly people: Pick<SshHostOptions, "askUser" | "tellUser">;
  readonly trace: Trace;
  /** Ends attempts to connect, not sessions. */
  readonly signal: AbortSignal;
}

/** Disposal ends the SSH connections; sessions are their openers'. */
export class SftpSessions implements AsyncDisposable {
  readonly #options: SftpSessionsOptions;
  readonly #open: Map<string, Promise<SshHost>> = new Map();

  constructor(options: SftpSessionsOptions) {
    this.#options = options;
  }

  /** `key`: the same for two URLs of one server. Throws SSH_*, NET_*, the signal's reason. */
  async open(url: FtpUrl, key: string, signal: AbortSignal): Promise<ServerSession> {
    return await openSftpSession(() => this.#host(url, key), signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const open = await Promise.all([...this.#open.values()].map((host) => host.catch(() => undefined)));
    await Promise.all(open.map((host) => host?.[Symbol.asyncDispose]()));
  }

  /** One for all sessions, also when several ask at once; it makes its connection again when that was lost. */
  #host(url: FtpUrl, key: string): Promise<SshHost> {
    const known = this.#open.get(key);
    if (known !== undefined) return known;
    const { wish, people, trace, signal } = this.#options;
    // No command is run: an account that may do SFTP only would take it for SFTP.
    const opened = connectSsh({ ...sftpHost(url, wish), ...people, noCommand: true, signal, trace });
    this.#open.set(key, opened);
    opened.catch(() => this.#open.delete(key));
    return opened;
  }
}
