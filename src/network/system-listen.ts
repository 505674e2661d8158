// listen(2) of this machine: one port, any port, or one of a range.
import { createServer, type Server } from "node:net";
import type { Clock } from "../platform/clock.ts";
import { formatEndpoint } from "../platform/endpoint.ts";
import type { Listener, ListenOptions } from "../platform/network.ts";
import { portsInRandomOrder } from "../platform/port-range.ts";
import type { Random } from "../platform/random.ts";
import { SallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import { socketOptions } from "./socket-options.ts";
import { translateSystemError } from "./system-error.ts";
import { SystemListener } from "./system-listener.ts";

export async function listenHere(options: ListenOptions, clock: Clock, random: Random): Promise<Listener> {
  const { host, ports, signal } = options;
  let refused: SallyportError | undefined;
  for (const port of portsInRandomOrder(ports, random)) {
    signal.throwIfAborted();
    try {
      return new SystemListener(await bind(host, port, signal), clock);
    } catch (error) {
      if (!(error instanceof SallyportError) || error.code !== "NET_ADDRESS_IN_USE") throw error;
      refused = error;
    }
  }
  throw allTaken(options, refused);
}

function allTaken(options: ListenOptions, refused: SallyportError | undefined): SallyportError {
  const { first, last } = options.ports;
  if (refused !== undefined && first === last) return refused;
  const range = `${formatEndpoint({ host: options.host || "*", port: first })}-${last}`;
  return new SallyportError("NET_ADDRESS_IN_USE", `could not listen on ${range}: every port of the range is in use`, {
    cause: refused,
    details: { phase: "listen", local: range, system: "EADDRINUSE" },
    cure: "Widen the range, or end the programs that use it; `ss -ltnp` shows them.",
  });
}

function bind(host: string, port: number, signal: AbortSignal): Promise<Server> {
  return new Promise((resolve, reject) => {
    const local = formatEndpoint({ host: host || "*", port });
    const server = createServer(socketOptions);
    const onAbort = (): void => {
      settle();
      server.on("error", () => {});
      server.close();
      reject(signal.reason);
    };
    const onError = (error: Error): void => {
      settle();
      reject(translateSystemError(error, `could not listen on ${local}`, { phase: "listen", local }));
    };
    const onListening = (): void => {
      settle();
      resolve(server);
    };
    const settle = (): void => {
      signal.removeEventListener("abort", onAbort);
      server.off("error", onError);
      server.off("listening", onListening);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    server.once("error", onError);
    server.once("listening", onListening);
    server.listen({ port, backlog: limits.pendingConnectionsMax, ...(host === "" ? {} : { host }) });
  });
}
