// The ways in which a client can have its data connection: one for each command, and one for no command at all.
import { type ActiveEndOptions, openActiveEnd } from "../../../data-connection/active-end.ts";
import { openPassiveEnd } from "../../../data-connection/passive-end.ts";
import { systemClock } from "../../../network/system-clock.ts";
import { systemNetwork } from "../../../network/system-network.ts";
import type { Connection } from "../../../platform/network.ts";
import { formatEprt } from "../../../protocol/extended-address.ts";
import { formatPort, type HostPort } from "../../../protocol/host-port.ts";
import { limits } from "../../../protocol/limits.ts";
import { parsePassive } from "../../../protocol/passive-reply.ts";
import type { UserPi } from "./user-pi.ts";

/** A data connection that is agreed on. `connection` is called when the transfer command is on its way. */
export interface AgreedData extends AsyncDisposable {
  connection(): Promise<Connection>;
}

/** Agrees on a data connection for the next transfer. */
export type DataMode = (pi: UserPi) => Promise<AgreedData>;

/** PASV (RFC 959) or EPSV (RFC 2428): the server names a port, and we connect to it. */
export function passive(verb: "PASV" | "EPSV"): DataMode {
  return async (pi) => {
    const { host = pi.remote.host, port } = parsePassive(await pi.ask(2, verb));
    const { signal } = pi;
    const options: ActiveEndOptions = {
      network: systemNetwork,
      host,
      port,
      timeoutMs: limits.dataConnectMs,
      clock: systemClock,
      signal,
    };
    return { connection: () => openActiveEnd(options), [Symbol.asyncDispose]: async () => {} };
  };
}

/** PORT (RFC 959) or EPRT (RFC 2428): we name a port, and the server connects to it. */
export function active(verb: "PORT" | "EPRT"): DataMode {
  const format: (address: HostPort) => string = verb === "PORT" ? formatPort : formatEprt;
  return async (pi) => {
    const end = await listen(pi, 0);
    await pi.ask(2, verb, format(end.endpoint));
    return end;
  };
}

/** Nothing is said: the server connects to where the control connection comes from (RFC 959 section 3.2). */
export const defaultPort: DataMode = (pi) => listen(pi, pi.local.port);

async function listen(pi: UserPi, port: number): Promise<AgreedData & { readonly endpoint: HostPort }> {
  const { signal, local, remote } = pi;
  const end = await openPassiveEnd({
    network: systemNetwork,
    host: local.host,
    ports: { first: port, last: port },
    isExpectedPeer: ({ host }) => host === remote.host,
    onIntruder: () => {},
    signal,
  });
  return {
    endpoint: end.endpoint,
    connection: () => end.accept({ signal }),
    [Symbol.asyncDispose]: () => end[Symbol.asyncDispose]().then(),
  };
}
