// An FTP client over this machine's network, or over an SSH host's.

import { openClient } from "../client/client-calls.ts";
import type { ClientOptions } from "../client/client-options.ts";
import type { FtpClient as Client } from "../client/ftp-client.ts";
import type { ClientEnvironment, KnownServer } from "../client/session.ts";
import { systemTime, wakefulClock } from "../network/system-clock.ts";
import { systemNetwork } from "../network/system-network.ts";
import { attemptUntil } from "../platform/abort.ts";
import type { Network } from "../platform/network.ts";
import { definedProps } from "../protocol/defined-props.ts";
import { SallyportError } from "../protocol/error.ts";
import type { SshHostOptions } from "../ssh/ssh-connection.ts";
import { tracesOf } from "../text/everyday-events.ts";
import { openDownload } from "../transfer/download-stream.ts";
import { ftpAttempts } from "../transfer/file-attempts.ts";
import { downloadFile, uploadFile } from "../transfer/file-transfer.ts";
import { connectSsh, remoteSocketsOf, type SshHost } from "./ssh-host.ts";

/** An FTP server, and the way to it. */
export interface FtpClientOptions extends ClientOptions {
  /**
   * An SSH host to connect from; `host` is then resolved there. The SSH connection is closed with the client, unless it is one
   * of {@link connectSsh}, which several clients may have. Its `signal` and `trace` are by default the client's.
   */
  readonly via?: SshHostOptions | SshHost;
  /** Another network to connect from. Default: this machine. */
  readonly network?: Network;
}

/** A session with an FTP server (RFC 959, 1123, 2228, 2389, 2428, 2640, 3659, 4217). */
export type FtpClient = Client;

/**
 * Connects to an FTP server and logs in.
 *
 * @throws SallyportError `NET_*` when the server cannot be reached, `SSH_*` when the SSH host cannot, `NET_TLS` when the certificate
 * is not trusted, `FTP_LOGIN` when the user is refused, `FTP_*` when the server does not answer as one, `CONFIG_INVALID` for `via`
 * and `network` together; the signal's reason.
 * @example
 * await using client = await connectFtp({ host: "ftp-host", user: "me", password: "secret" });
 * const { entries } = await client.list();
 */
export async function connectFtp(options: FtpClientOptions): Promise<FtpClient> {
  const { via, network, signal, trace } = options;
  if (via === undefined) return await open(options, network ?? systemNetwork);
  if (network !== undefined) {
    throw new SallyportError("CONFIG_INVALID", "a client has one network: give `via` or `network`, not both");
  }
  if ("network" in via) return await open(options, via.network, via);
  const given = definedProps({ signal, trace });
  const own = await connectSsh({ ...given, ...via });
  try {
    return await open(options, own.network, own, own);
  } catch (error) {
    await own[Symbol.asyncDispose]();
    throw error;
  }
}

/** {@link connectFtp} under the name that older programs know. */
export const FtpClient: { readonly connect: typeof connectFtp } = { connect: connectFtp };

const never: AbortSignal = new AbortController().signal;

let lastSession = 0;

async function open(
  options: FtpClientOptions,
  network: Network,
  host?: SshHost,
  owned?: AsyncDisposable,
  known: KnownServer = {},
): Promise<FtpClient> {
  // SSH has its own waits, and may ask the user: the time-outs of FTP begin behind it.
  await host?.ready(options.signal ?? never);
  return await openClient(options, environmentOf(options, network, known, host), {
    ...definedProps({ owned }),
    openDownload: (client, path, call) => openDownload(ftpAttempts(client), path, call),
    downloadFile,
    uploadFile,
    openAnother: ({ signal: call }) =>
      attemptUntil(call, options.signal, (signal) => open({ ...options, signal }, network, host, undefined, known)),
  });
}

function environmentOf(
  options: FtpClientOptions,
  network: Network,
  known: KnownServer,
  host?: SshHost,
): ClientEnvironment {
  lastSession += 1;
  const session = lastSession;
  return {
    network,
    clock: wakefulClock,
    now: systemTime,
    known,
    ...definedProps({ remoteSockets: host && remoteSocketsOf(host) }),
    emit: (event) => options.trace?.({ ...event, session, timeMs: wakefulClock.nowMs() }),
    traces: tracesOf(options),
  };
}
