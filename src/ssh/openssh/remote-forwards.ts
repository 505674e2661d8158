// The listeners at the remote end. ssh makes them itself (PROTOCOL.mux section 6, what `ssh -O forward -R` does), because only
// it gets the server's answer to tcpip-forward; see README.md. Their connections come to a Unix socket each.
import type { Socket } from "node:net";
import type { Clock } from "../../platform/clock.ts";
import { type Endpoint, formatEndpoint } from "../../platform/endpoint.ts";
import type { Random } from "../../platform/random.ts";
import { StreamConnection } from "../../platform/stream-connection.ts";
import type { TraceEventBody } from "../../platform/trace.ts";
import { type MadeListener, RemoteForwards } from "../channels/remote-forwards.ts";
import type { RemoteListener } from "../channels/remote-listener.ts";
import { unknownEnd } from "../channels/remote-network.ts";
import { ForwardRequests } from "./forward-requests.ts";
import { ForwardedStream } from "./forwarded-stream.ts";
import { Originators } from "./originators.ts";
import type { SshMessages } from "./ssh-messages.ts";
import type { UnixListener } from "./unix-listener.ts";

export interface OpenSshForwardsParts {
  readonly socketPath: string;
  /** Absolute path of a name in our own directory. */
  readonly file: (name: string) => string;
  /** Of the ssh whose socket it is; absent: it is not ours, and says nothing of who made a connection. */
  readonly messages?: SshMessages;
  readonly clock: Clock;
  readonly random: Random;
  readonly emit: (event: TraceEventBody) => void;
  /** Rejects when ssh does not live any more. */
  readonly confirm: () => Promise<void>;
  /** Gets the server's next message on its way. */
  readonly nudge?: () => void;
  /** Resolves when the server has worked off all that ssh sent it before. */
  readonly roundTrip?: () => Promise<void>;
}

/** `-R *:…` is every address; the empty word would be loopback (channels.c, channel_rfwd_bind_host). */
const everyAddress = "*";

export function openSshForwards(parts: OpenSshForwardsParts): RemoteForwards {
  const requests = new ForwardRequests(parts.socketPath, parts.file);
  const originators = new Originators(parts.clock);
  parts.messages?.watch(originators.read);

  const request = async (
    asked: Endpoint,
    onListening: (made: MadeListener) => RemoteListener,
  ): Promise<RemoteListener> => {
    const forward = await requests.open(asked.host === "" ? everyAddress : asked.host, asked.port);
    parts.nudge?.();
    const endpoint = { host: asked.host, port: forward.port };
    const listener = onListening({
      port: forward.port,
      cancel: async () => {
        await forward.cancel();
        await parts.roundTrip?.().catch(() => {}); // the connection is gone, and with it the listener
        originators.forget(endpoint);
        forward.socket.close();
      },
      onLost: () => forward.socket.close(),
    });
    const isTold = parts.messages !== undefined;
    deliver(forward.socket, listener, () => (isTold ? originators.next(endpoint) : Promise.resolve(unknownEnd)), parts);
    return listener;
  };
  return new RemoteForwards({ ...parts, request });
}

/** Connections are handed over in the order in which they came, also where ssh's line about one is late. */
function deliver(
  socket: UnixListener,
  listener: RemoteListener,
  nextOriginator: () => Promise<Endpoint>,
  { clock, confirm }: OpenSshForwardsParts,
): void {
  const local = listener.endpoint;
  let arrivals: Promise<void> = Promise.resolve();
  socket.onConnection((connection: Socket) => {
    const originator = nextOriginator();
    const stream = new ForwardedStream(connection, formatEndpoint(local), confirm);
    arrivals = arrivals.then(async () => {
      const remote = await originator;
      // ssh makes an end-of-file of whatever happens to a Unix socket: there is no better way to abort.
      listener.arrive(new StreamConnection({ stream, local, remote, clock, breakOff: () => stream.destroy() }));
    });
  });
}
