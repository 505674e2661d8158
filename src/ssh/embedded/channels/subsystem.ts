// A subsystem at the remote end (RFC 4254 section 6.5), as a Connection.
import { raceAbort } from "../../../platform/abort.ts";
import type { Connection } from "../../../platform/network.ts";
import { subsystemEnded, subsystemPurpose, subsystemRefused } from "../../session-refusal.ts";
import type { SshEnvironment } from "../../ssh-connection.ts";
import { type Channel, isBrokenOff } from "./channel.ts";
import { channelConnection } from "./channel-connection.ts";
import type { ChannelTable } from "./channel-table.ts";
import { openSession } from "./open-session.ts";

const unknownEnd = { host: "", port: 0 } as const;

/** Throws SSH_CHANNEL_REFUSED, SSH_DISCONNECTED, or the signal's reason. */
export async function openSubsystem(
  channels: ChannelTable,
  { clock, emit }: SshEnvironment,
  name: string,
  signal: AbortSignal,
): Promise<Connection> {
  const channel = await openSession(channels, name, subsystemPurpose(name), signal);
  try {
    await raceAbort(accepted(channel, name), signal);
  } catch (error) {
    channel.destroy();
    throw error;
  }
  emit({ type: "ssh.channel.open", channel: channel.ours, target: name });
  const connection = channelConnection(channel, unknownEnd, unknownEnd, clock);
  void connection.closed.then(() => emit({ type: "ssh.channel.close", channel: channel.ours }));
  return connection;
}

function accepted(channel: Channel, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    channel.onReply = (isGranted) => {
      if (isGranted) resolve();
      else reject(subsystemRefused(name));
    };
    // Both have no effect once it was accepted.
    channel.once("error", (error) => reject(isBrokenOff(error) ? subsystemEnded(name) : error));
    void channel.gone.then(() => reject(subsystemEnded(name)));
    channel.tell((send, theirs) => send.subsystem(theirs, name, true));
  });
}
