// How the scripted client arranges a data connection, mode by mode: exactly as it is asked to.
import { defaultPorts } from "../../data-connection/default-ports.ts";
import type { Endpoint } from "../../platform/endpoint.ts";
import type { Connection, Listener, Network } from "../../platform/network.ts";
import { isSallyportError, SallyportError } from "../../protocol/error.ts";
import { formatEprt, formatPort } from "../../protocol/host-port.ts";
import { parse227, parse229 } from "../../protocol/passive-reply.ts";
import { makeReply } from "../../protocol/reply.ts";
import type { DataMode } from "../args.ts";

/** A data connection that was agreed on. */
export interface Arranged extends AsyncDisposable {
  /** The connection; made already in passive mode. */
  readonly connection: Promise<Connection>;
}

export interface ModeParts {
  readonly network: Network;
  /** The ends of the control connection. */
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** Ends every wait. */
  readonly signal: AbortSignal;
  readonly ask: (line: string) => Promise<string>;
}

/** The server's reply is not one of those that continue. */
const refused = (reply: string): SallyportError => new SallyportError("FTP_REPLY_PERMANENT", reply);

/** The reply with which the server has refused a mode. */
export function refusalOf(error: unknown): string | undefined {
  return isSallyportError(error) && error.code === "FTP_REPLY_PERMANENT" ? error.message : undefined;
}

/** Throws what {@link refusalOf} knows, or what the network throws. */
export const dataModes: Readonly<Record<DataMode, (parts: ModeParts) => Promise<Arranged>>> = {
  PASV: (parts) => passive(parts, "PASV", "227", (reply) => parse227(reply)),
  EPSV: (parts) => passive(parts, "EPSV", "229", (reply) => ({ host: parts.remote.host, port: parse229(reply) })),
  PORT: (parts) => active(parts, (end) => `PORT ${formatPort(end)}`),
  EPRT: (parts) => active(parts, (end) => `EPRT ${formatEprt(end)}`),
  "default-port": async (parts) => {
    const [own, below] = defaultPorts(parts.local);
    // ProFTPD connects to the port below; where that is in use there is nothing to be done.
    const spare = await listenAt(parts, below).catch(() => undefined);
    const listeners = [await listenAt(parts, own), ...(spare === undefined ? [] : [spare])];
    return waiting(listeners, parts.signal);
  },
};

async function passive(
  { network, signal, ask }: ModeParts,
  verb: string,
  code: string,
  read: (reply: ReturnType<typeof makeReply>) => Endpoint,
): Promise<Arranged> {
  const line = await ask(verb);
  if (!line.startsWith(code)) throw refused(line);
  const connection = await network.connect({ ...read(makeReply(Number(code), line.slice(4))), signal });
  return { connection: Promise.resolve(connection), [Symbol.asyncDispose]: async () => {} };
}

async function active(parts: ModeParts, words: (end: Endpoint) => string): Promise<Arranged> {
  const listener = await listenAt(parts, { host: parts.local.host, port: 0 });
  const line = await parts.ask(words({ host: parts.local.host, port: listener.endpoint.port }));
  if (line.startsWith("2")) return waiting([listener], parts.signal);
  await listener[Symbol.asyncDispose]();
  throw refused(line);
}

const listenAt = ({ network, signal }: ModeParts, { host, port }: Endpoint): Promise<Listener> =>
  network.listen({ host, ports: { first: port, last: port }, signal });

function waiting(listeners: readonly Listener[], signal: AbortSignal): Arranged {
  const accepts = listeners.map((listener) => listener.accept({ signal }));
  const connection = Promise.any(accepts);
  connection.catch(() => {});
  return {
    connection,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(listeners.map((listener) => listener[Symbol.asyncDispose]()));
    },
  };
}
