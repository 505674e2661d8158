// An FTP client over this machine's network, or over an SSH host's.
import type { ClientOptions } from "../client/client-options.ts";
import type { FtpClient as Client } from "../client/ftp-client.ts";
import { openSession } from "../client/ftp-session.ts";
import type { ClientEnvironment } from "../client/talk.ts";
import { wakefulClock } from "../network/system-clock.ts";
import { systemNetwork } from "../network/system-network.ts";
import { systemTime } from "../network/system-time.ts";
import type { Network } from "../platform/network.ts";
import { SallyportError } from "../protocol/error.ts";
import { openVia, type Via, type ViaOptions } from "./via.ts";

export interface FtpClientOptions extends ClientOptions {
  /**
   * An SSH host to connect from; `host` is then resolved there. The SSH connection is closed with the client, unless it is one
   * of {@link openVia}, which several clients may have.
   */
  readonly via?: ViaOptions | Via;
  /** Another network to connect from. Default: this machine. */
  readonly network?: Network;
}

/** A session with an FTP server (RFC 959, 1123, 2228, 2389, 2428, 2640, 3659, 4217). */
export type FtpClient = Client;

interface FtpClients {
  /**
   * Connects and logs in.
   *
   * @throws SallyportError NET_* when the server cannot be reached, SSH_* when the SSH host cannot, NET_TLS when the certificate
   * is not trusted, FTP_LOGIN when the user is refused, FTP_* when the server does not answer as one; the signal's reason.
   */
  connect(options: FtpClientOptions): Promise<FtpClient>;
}

export const FtpClient: FtpClients = { connect };

let lastSession = 0;

async function connect(options: FtpClientOptions): Promise<FtpClient> {
  if (options.via !== undefined && options.network !== undefined) {
    throw new SallyportError("CONFIG_INVALID", "a client has one network: give `via` or `network`, not both");
  }
  const { via, signal, trace } = options;
  if (via === undefined) return await openSession(options, environmentOf(options, options.network ?? systemNetwork));
  if ("network" in via) return await openSession(options, environmentOf(options, via.network, via));
  const own = await openVia(via, {
    ...(signal === undefined ? {} : { signal }),
    ...(trace === undefined ? {} : { trace }),
  });
  try {
    return closingAlso(await openSession(options, environmentOf(options, own.network, own)), own);
  } catch (error) {
    await own[Symbol.asyncDispose]();
    throw error;
  }
}

function environmentOf({ trace }: FtpClientOptions, network: Network, via?: Via): ClientEnvironment {
  lastSession += 1;
  const session = lastSession;
  return {
    network,
    clock: wakefulClock,
    now: systemTime,
    ...(via === undefined ? {} : { remoteSockets: via.remoteSockets }),
    emit: (event) => trace?.({ ...event, session, timeMs: wakefulClock.nowMs() }),
  };
}

/** The SSH connection goes with the session, however that ends. */
function closingAlso(client: FtpClient, via: Via): FtpClient {
  const dispose = client[Symbol.asyncDispose].bind(client);
  client[Symbol.asyncDispose] = async () => {
    await dispose();
    await via[Symbol.asyncDispose]();
  };
  return client;
}
