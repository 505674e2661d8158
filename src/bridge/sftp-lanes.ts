// Further SFTP sessions on one SSH connection, for large uploads: sshd's window is 2 MiB for each channel, and a long line holds more.
import type { SshHost } from "../connect/ssh-host.ts";
import type { Lanes } from "../filesystem/sftp/sftp-file-system.ts";
import { systemClock } from "../network/system-clock.ts";
import { limits } from "../protocol/limits.ts";
import { SftpClient } from "../ssh/sftp/client/sftp-client.ts";

/** Shared by all uploads of one connection, opened for the first of them and closed behind the last. */
export class SftpLanes {
  readonly #host: SshHost;
  readonly #signal: AbortSignal;
  #uploads = 0;
  #clients: Promise<readonly SftpClient[]> = Promise.resolve([]);
  /** Fewer than that were granted once (MaxSessions). */
  #most = limits.bridgeUploadLanes - 1;

  /** `signal`: of the owner's life. */
  constructor(host: SshHost, signal: AbortSignal) {
    this.#host = host;
    this.#signal = signal;
  }

  /** Those that there are to be had, none perhaps. Never rejects. */
  async open(): Promise<Lanes> {
    this.#uploads += 1;
    if (this.#uploads === 1) this.#clients = this.#clients.then(() => this.#openAll());
    const clients = (await this.#clients).filter(({ isOver }) => !isOver);
    let isReleased = false;
    const dispose = async (): Promise<void> => {
      if (isReleased) return;
      isReleased = true;
      this.#uploads -= 1;
      if (this.#uploads > 0) return;
      this.#clients = this.#clients.then(closeAll);
      await this.#clients;
    };
    return { clients, [Symbol.asyncDispose]: dispose };
  }

  async #openAll(): Promise<SftpClient[]> {
    const asked = Array.from({ length: this.#most }, () => this.#openOne());
    const opened = await Promise.allSettled(asked);
    const clients = opened.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
    if (!this.#signal.aborted) this.#most = clients.length;
    return clients;
  }

  async #openOne(): Promise<SftpClient> {
    const signal = this.#signal;
    return await SftpClient.open({
      connection: await this.#host.openSubsystem("sftp", signal),
      clock: systemClock,
      signal,
    });
  }
}

async function closeAll(clients: readonly SftpClient[]): Promise<readonly SftpClient[]> {
  await Promise.all(clients.map((client) => client[Symbol.asyncDispose]()));
  return [];
}
