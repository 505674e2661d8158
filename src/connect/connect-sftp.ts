// A session with an SFTP server, in the words of the FTP client.
import type { CallOptions } from "../client/ftp-client.ts";
import { systemClock } from "../network/system-clock.ts";
import { definedProps } from "../protocol/defined-props.ts";
import { SftpClient } from "../ssh/sftp/client/sftp-client.ts";
import type { SshHostOptions } from "../ssh/ssh-connection.ts";
import type { ServerSession } from "../transfer/server-session.ts";
import { makeSftpChannel, type SftpChannel } from "../transfer/sftp/sftp-channel.ts";
import { SftpSession } from "../transfer/sftp/sftp-session.ts";
import { connectSsh, type SshHost } from "./ssh-host.ts";

const never: AbortSignal = new AbortController().signal;

/**
 * Connects to an SSH host and opens its SFTP subsystem. Given options, the SSH connection is closed with the session; an
 * {@link SshHost} stays open for others. Paths begin in the login directory, or with `/` at the root.
 *
 * @throws SallyportError `SSH_CHANNEL_REFUSED` when the host has no SFTP; other `SSH_*` and `NET_*` when it cannot be reached or
 * does not let us in; the signal's reason.
 * @example
 * await using session = await connectSftp({ ssh: { host: "ssh-host", user: "me" } });
 * const { entries } = await session.list();
 */
export async function connectSftp(host: SshHostOptions | SshHost, options: CallOptions = {}): Promise<ServerSession> {
  if ("network" in host) return await openSftpSession(host, options.signal ?? never);
  const signals = [options.signal, host.signal].filter((signal) => signal !== undefined);
  const signal = signals.length === 0 ? never : AbortSignal.any(signals);
  // An account that may do SFTP only would take a command for SFTP.
  const own = await connectSsh({ noCommand: true, ...host, signal });
  try {
    return await openSftpSession(own, signal, own);
  } catch (error) {
    await own[Symbol.asyncDispose]();
    throw error;
  }
}

/** A channel of the host's connection, and others where the session opens another; `owned` is disposed with the session. Throws SSH_*, NET_*, the signal's reason. */
export async function openSftpSession(
  host: SshHost,
  signal: AbortSignal,
  owned?: AsyncDisposable,
): Promise<SftpSession> {
  const open = (again: AbortSignal): Promise<SftpChannel> => openChannel(host, again);
  return new SftpSession({ first: await open(signal), reopen: open, ...definedProps({ owned }) });
}

async function openChannel(host: SshHost, signal: AbortSignal): Promise<SftpChannel> {
  const connection = await host.openSubsystem("sftp", signal);
  const client = await SftpClient.open({ connection, clock: systemClock, signal });
  try {
    return await makeSftpChannel(client, signal);
  } catch (error) {
    await client[Symbol.asyncDispose]();
    throw error;
  }
}
