// Sessions with SFTP servers: one SSH connection for each server, a channel of it for each session.
import { openVia, type Via, type ViaOptions } from "../../connect/via.ts";
import { systemClock } from "../../network/system-clock.ts";
import type { Trace } from "../../platform/trace.ts";
import type { FtpUrl } from "../../protocol/url/ftp-url.ts";
import { SftpClient } from "../../ssh/sftp/client/sftp-client.ts";
import type { ServerSession } from "../../transfer/server-session.ts";
import { makeRemote, type SftpRemote } from "../../transfer/sftp/sftp-remote.ts";
import { SftpServerSession } from "../../transfer/sftp/sftp-server-session.ts";
import { type SftpWish, sftpHost } from "./sftp-host.ts";

export interface SftpSessionsOptions {
  readonly wish: SftpWish;
  /** Who answers the questions of SSH, and hears what it says. */
  readonly people: Pick<ViaOptions, "askUser" | "tellUser">;
  readonly trace: Trace;
  /** Ends attempts to connect, not sessions. */
  readonly signal: AbortSignal;
}

/** Disposal ends the SSH connections; sessions are their openers'. */
export class SftpSessions implements AsyncDisposable {
  readonly #options: SftpSessionsOptions;
  readonly #open: Map<string, Promise<Via>> = new Map();

  constructor(options: SftpSessionsOptions) {
    this.#options = options;
  }

  /** `key`: the same for two URLs of one server. Throws SSH_*, NET_*, the signal's reason. */
  async open(url: FtpUrl, key: string, signal: AbortSignal): Promise<ServerSession> {
    return new SftpServerSession({
      first: await this.#remote(url, key, signal),
      reopen: (again) => this.#remote(url, key, again),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const open = await Promise.all([...this.#open.values()].map((via) => via.catch(() => undefined)));
    await Promise.all(open.map((via) => via?.[Symbol.asyncDispose]()));
  }

  async #remote(url: FtpUrl, key: string, signal: AbortSignal): Promise<SftpRemote> {
    const via = await this.#via(url, key);
    const connection = await via.openSubsystem("sftp", signal);
    const client = await SftpClient.open({ connection, clock: systemClock, signal });
    try {
      return await makeRemote(client, signal);
    } catch (error) {
      await client[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** One for all sessions, also when several ask at once; it makes its connection anew when that was lost. */
  #via(url: FtpUrl, key: string): Promise<Via> {
    const known = this.#open.get(key);
    if (known !== undefined) return known;
    const { wish, people, trace, signal } = this.#options;
    // No command is run: an account that may do SFTP only would take it for SFTP.
    const opened = openVia({ ...sftpHost(url, wish), ...people, noCommand: true }, { signal, trace });
    this.#open.set(key, opened);
    opened.catch(() => this.#open.delete(key));
    return opened;
  }
}
