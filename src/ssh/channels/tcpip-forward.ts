// Listeners that we ask the SSH server for with messages of our own, and their connections, which come as channels (RFC 4254
// section 7). With OpenSSH they do not: openssh/README.md.
import type { Clock } from "../../platform/clock.ts";
import { formatEndpoint } from "../../platform/endpoint.ts";
import type { Random } from "../../platform/random.ts";
import type { TraceEventBody } from "../../platform/trace.ts";
import { openRefusal } from "../connection-protocol/messages.ts";
import type { ChannelsOptions } from "./channels.ts";
import { RemoteForwards } from "./remote-forwards.ts";
import { openConnection } from "./remote-network.ts";

/** Global requests, as promises. */
export interface ForwardRequests {
  /** `port` 0 lets the server choose. `onBound` gets the port before the next message is looked at. */
  listen<T>(host: string, port: number, onBound: (port: number) => T): Promise<T>;
  /** Never rejects: a server that does not know the listener any more has nothing to cancel. */
  cancel(host: string, port: number): Promise<void>;
}

export interface OwnForwardsParts {
  readonly requests: ForwardRequests;
  readonly random: Random;
  readonly clock: Clock;
  readonly emit: (event: TraceEventBody) => void;
}

export interface OwnForwards {
  readonly forwards: RemoteForwards;
  /** Gives a channel that the server opens to its listener, and refuses every other. */
  readonly onOpen: ChannelsOptions["onOpen"];
}

export function ownForwards({ requests, random, clock, emit }: OwnForwardsParts): OwnForwards {
  const forwards = new RemoteForwards({
    random,
    emit,
    request: ({ host, port }, onListening) =>
      requests.listen(host, port, (bound) => onListening({ port: bound, cancel: () => requests.cancel(host, bound) })),
  });
  const onOpen: ChannelsOptions["onOpen"] = ({ kind, ends }, answer) => {
    if (kind !== "forwarded-tcpip" || ends === undefined) return answer.refuse(openRefusal.unknownType, "");
    const listener = forwards.find(ends.host, ends.port);
    if (listener === undefined) return answer.refuse(openRefusal.prohibited, "");
    const remote = { host: ends.originatorHost, port: ends.originatorPort };
    const channel = answer.accept(formatEndpoint(remote));
    listener.arrive(openConnection(channel, { local: listener.endpoint, remote }, { clock, emit }));
  };
  return { forwards, onOpen };
}
