// A subsystem at the remote end, on a session channel (RFC 4254 section 6.5), as a Connection.
import { raceAbort } from "../../platform/abort.ts";
import type { Connection } from "../../platform/network.ts";
import { StreamConnection } from "../../platform/stream-connection.ts";
import type { SallyportError } from "../../protocol/error.ts";
import { WireWriter } from "../connection-protocol/wire-writer.ts";
import { subsystemEnded, subsystemPurpose, subsystemRefused } from "../session-refusal.ts";
import type { SshEnvironment } from "../ssh-connection.ts";
import type { ChannelEvent, ChannelHandle, ChannelOwner } from "./channel-owner.ts";
import { ChannelStream } from "./channel-stream.ts";
import type { Channels } from "./channels.ts";
import { sessionRequest } from "./session-request.ts";
import type { Upstream } from "./upstream.ts";

const unknownEnd = { host: "", port: 0 } as const;

/** Throws SSH_CHANNEL_REFUSED, SSH_DISCONNECTED, or the signal's reason. */
export async function openSubsystem(
  channels: Channels,
  { clock, emit }: SshEnvironment,
  name: string,
  signal: AbortSignal,
): Promise<Connection> {
  const { stream, accepted } = await channels.open(
    {
      ...sessionRequest(subsystemPurpose(name)),
      target: name,
      makeOwner: (channel, upstream) => new SubsystemChannel(channel, upstream, name),
    },
    signal,
  );
  stream.on("error", () => {}); // it may break before there is a Connection
  try {
    await raceAbort(accepted, signal);
  } catch (error) {
    stream.destroy();
    throw error;
  }
  const connection = new StreamConnection({
    stream,
    local: unknownEnd,
    remote: unknownEnd,
    clock,
    breakOff: () => stream.destroy(),
  });
  emit({ type: "ssh.channel.open", channel: stream.number, target: name });
  void connection.closed.then(() => emit({ type: "ssh.channel.close", channel: stream.number }));
  return connection;
}

/** The stream hears all but the answer to our request. */
class SubsystemChannel implements ChannelOwner {
  readonly stream: ChannelStream;
  readonly accepted: Promise<void>;
  readonly #name: string;
  #resolve: () => void = () => {};
  #reject: (error: SallyportError) => void = () => {};

  constructor(channel: ChannelHandle, upstream: Upstream, name: string) {
    this.#name = name;
    this.stream = new ChannelStream(channel, upstream);
    this.accepted = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.accepted.catch(() => {}); // it may fail before anybody waits
    channel.request("subsystem", new WireWriter().string(name).payload());
  }

  receive(event: ChannelEvent): void {
    if (event.type === "reply" && event.ok) this.#resolve();
    else if (event.type === "reply") this.#reject(subsystemRefused(this.#name));
    else this.stream.receive(event);
    if (event.type === "closed") this.#reject(subsystemEnded(this.#name)); // no effect once it was accepted
  }

  lost(error: SallyportError): void {
    this.#reject(error);
    this.stream.lost(error);
  }
}
