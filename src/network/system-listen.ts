// listen(2) of this machine: one port, any port, or one of a range.
import { createServer, type Server } from "node:net";
import { abortablePromise } from "../platform/abort.ts";
import type { Clock } from "../platform/clock.ts";
import { formatEndpoint } from "../platform/endpoint.ts";
import type { Listener, ListenOptions } from "../platform/network.ts";
import type { Random } from "../platform/random.ts";
import { limits } from "../protocol/limits.ts";
import { listenOnOne } from "./listen-on-one.ts";
import { socketOptions } from "./socket-options.ts";
import { translateSystemError } from "./system-error.ts";
import { SystemListener } from "./system-listener.ts";

export function listenHere(options: ListenOptions, clock: Clock, random: Random): Promise<Listener> {
  return listenOnOne(
    options,
    random,
    async (host, port, signal) => new SystemListener(await bind(host, port, signal), clock),
  );
}

function bind(host: string, port: number, signal: AbortSignal): Promise<Server> {
  return abortablePromise(signal, (resolve, reject) => {
    const local = formatEndpoint({ host: host || "*", port });
    const server = createServer(socketOptions);
    const onError = (error: Error): void =>
      reject(translateSystemError(error, `could not listen on ${local}`, { phase: "listen", local }));
    const onListening = (): void => resolve(server);
    server.once("error", onError).once("listening", onListening);
    server.listen({ port, backlog: limits.pendingConnectionsMax, ...(host === "" ? {} : { host }) });
    return () => {
      server.off("error", onError).off("listening", onListening);
      if (signal.aborted) server.on("error", () => {}).close();
    };
  });
}
