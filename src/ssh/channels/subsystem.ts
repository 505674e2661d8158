// A subsystem at the remote end (RFC 4254 section 6.5), as a Connection.

import { raceAbort } from "../../platform/abort.ts";
import type { Connection } from "../../platform/network.ts";
import { subsystemEnded, subsystemPurpose, subsystemRefused } from "../refusals.ts";
import type { SshEnvironment } from "../ssh-connection.ts";
import { type Channel, isReset } from "./channel.ts";
import type { Channels } from "./channels.ts";
import { sessionRequest } from "./exec.ts";
import { openConnection, unknownEnd } from "./remote-network.ts";

/** Throws SSH_CHANNEL_REFUSED, SSH_DISCONNECTED, or the signal's reason. */
export async function openSubsystem(
  channels: Channels,
  environment: SshEnvironment,
  name: string,
  signal: AbortSignal,
): Promise<Connection> {
  const channel = await channels.openChannel(sessionRequest(subsystemPurpose(name), name), signal);
  try {
    await raceAbort(accepted(channel, name), signal);
  } catch (error) {
    channel.destroy();
    throw error;
  }
  return openConnection(channel, { local: unknownEnd, remote: unknownEnd }, environment);
}

function accepted(channel: Channel, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    channel.onReply = (isGranted) => {
      if (isGranted) resolve();
      else reject(subsystemRefused(name));
    };
    // Both have no effect once it was accepted.
    channel.once("error", (error) => reject(isReset(error) ? subsystemEnded(name) : error));
    void channel.gone.then(() => reject(subsystemEnded(name)));
    channel.request("subsystem", name);
  });
}
