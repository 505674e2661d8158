// A session with the SFTP subsystem of an SSH host.
import type { SshHost } from "../../connect/ssh-host.ts";
import { systemClock } from "../../network/system-clock.ts";
import { definedProps } from "../../protocol/defined-props.ts";
import { SftpClient } from "../../ssh/sftp/client/sftp-client.ts";
import { makeRemote, type SftpRemote } from "./sftp-remote.ts";
import { SftpServerSession } from "./sftp-server-session.ts";

/** A channel of the host's connection, and others where the session opens another; `owned` is disposed with the session. Throws SSH_*, NET_*, the signal's reason. */
export async function openSftpSession(
  host: SshHost,
  signal: AbortSignal,
  owned?: AsyncDisposable,
): Promise<SftpServerSession> {
  const open = (again: AbortSignal): Promise<SftpRemote> => openChannel(host, again);
  return new SftpServerSession({ first: await open(signal), reopen: open, ...definedProps({ owned }) });
}

async function openChannel(host: SshHost, signal: AbortSignal): Promise<SftpRemote> {
  const connection = await host.openSubsystem("sftp", signal);
  const client = await SftpClient.open({ connection, clock: systemClock, signal });
  try {
    return await makeRemote(client, signal);
  } catch (error) {
    await client[Symbol.asyncDispose]();
    throw error;
  }
}
