// One SFTP session at an SSH host for all who need it: opened when first asked for, shared, and opened again when it was lost.

import type { SshHost } from "../connect/ssh-host.ts";
import { SftpCalls } from "../filesystem/sftp/sftp-calls.ts";
import { type Lanes, makeSftpFileSystem, type SftpFiles } from "../filesystem/sftp/sftp-file-system.ts";
import { systemClock } from "../network/system-clock.ts";
import { raceAbort } from "../platform/abort.ts";
import type { Clock } from "../platform/clock.ts";
import { encodeName } from "../protocol/client/name-bytes.ts";
import { isSallyportError, SallyportError } from "../protocol/error.ts";
import { resolvePath } from "../protocol/file-path.ts";
import { SftpClient } from "../ssh/sftp/client/sftp-client.ts";
import { SftpLanes } from "./sftp-lanes.ts";

export interface KeptSftpOptions {
  /** Goes with it. */
  readonly host: SshHost;
  /** The server's directory that becomes `/`; what is relative begins where the login begins, and so does the default. */
  readonly root?: string;
  /** 226 only when the server's disk has the file, or none at all. */
  readonly sync: boolean;
  /** New files are opened, written and closed, and nothing else. */
  readonly inPlace: boolean;
  /** Default: this machine's. */
  readonly clock?: Clock;
}

/** An SFTP session that is open, and what can be done with it. */
export interface LiveSftp {
  readonly client: SftpClient;
  /** Those below a directory of the root; `""` is the root. */
  filesAt(directory: string): SftpFiles;
}

/** Disposal closes the session and the SSH connection, and is idempotent. */
export class KeptSftp implements AsyncDisposable {
  readonly clock: Clock;
  readonly #options: KeptSftpOptions;
  readonly #life: AbortController = new AbortController();
  #live: LiveSftp | undefined;
  #opening: Promise<LiveSftp> | undefined;

  constructor(options: KeptSftpOptions) {
    this.#options = options;
    this.clock = options.clock ?? systemClock;
  }

  /** As it was asked for. */
  get inPlace(): boolean {
    return this.#options.inPlace;
  }

  /** Throws SSH_*, NET_*, `FS_UNSUPPORTED` where files cannot be synced and must be; `CLOSED` after disposal; the signal's reason. */
  async current(signal: AbortSignal): Promise<LiveSftp> {
    signal.throwIfAborted();
    this.#life.signal.throwIfAborted();
    if (this.#live?.client.isOver === false) return this.#live;
    this.#opening ??= this.#open(this.#live).finally(() => {
      this.#opening = undefined;
    });
    this.#opening.catch(() => {}); // whoever asked may be gone
    return await raceAbort(this.#opening, signal);
  }

  /** A call that changes nothing: made again where the session was lost meanwhile. */
  async ask<T>(signal: AbortSignal, call: (live: LiveSftp) => Promise<T>): Promise<T> {
    const live = await this.current(signal);
    try {
      return await call(live);
    } catch (error) {
      if (signal.aborted || !live.client.isOver) throw error;
      return await call(await this.current(signal));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#life.abort(new SallyportError("CLOSED", "the SFTP session is closed"));
    await this.#opening?.catch(() => {});
    await this.#live?.client[Symbol.asyncDispose]();
    await this.#options.host[Symbol.asyncDispose]();
  }

  async #open(before: LiveSftp | undefined): Promise<LiveSftp> {
    const { host, root = "", sync, inPlace } = this.#options;
    const { signal } = this.#life;
    await before?.client[Symbol.asyncDispose]();
    const connection = await host.openSubsystem("sftp", signal);
    const client = await SftpClient.open({ connection, clock: this.clock, signal });
    try {
      if (sync && !client.features.fsync) throw cannotSync();
      const top = await rootAt(client, root, signal);
      const lanes = new SftpLanes(host, signal);
      const openLanes = (): Promise<Lanes> => lanes.open();
      const live: LiveSftp = {
        client,
        filesAt: (directory) => makeSftpFileSystem({ client, sync, inPlace, openLanes, root: below(top, directory) }),
      };
      this.#live = live;
      return live;
    } catch (error) {
      await client[Symbol.asyncDispose]();
      throw error;
    }
  }
}

/** A server that tells no login directory (REALPATH refused, `C:/home`) takes relative paths as beginning in it. */
async function rootAt(client: SftpClient, root: string, signal: AbortSignal): Promise<string> {
  const path = encodeName(root, "utf8");
  if (path.startsWith("/")) return resolvePath("/", path);
  try {
    return resolvePath(await new SftpCalls(client, "").realPath(".", signal), path);
  } catch (error) {
    if (signal.aborted || client.isOver || !isSallyportError(error)) throw error;
    return below(".", resolvePath("/", path));
  }
}

const below = (top: string, directory: string): string =>
  directory === "" || directory === "/" ? top : `${top.replace(/\/$/, "")}${directory}`;

function cannotSync(): SallyportError {
  return new SallyportError(
    "FS_UNSUPPORTED",
    "the SFTP server does not report when a file is on its disk (fsync@openssh.com)",
    {
      hint: "Leave --fsync out: 226 then means that the server has taken every byte.",
    },
  );
}
