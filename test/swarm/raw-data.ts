// Data connections of a client without manners.
import type { Connection, Listener } from "../../src/platform/network.ts";
import { formatEprt, formatPort, type HostPort } from "../../src/protocol/host-port.ts";
import { parse227, parse229 } from "../../src/protocol/passive-reply.ts";
import type { FrontMode } from "./plan.ts";
import { never, type Program } from "./program.ts";
import type { RawControl } from "./raw-control.ts";

/** How a client comes to a data connection. */
export interface Arranged {
  /** The connection, once it is there. Rejects when it is not opened. */
  readonly open: () => Promise<Connection>;
  readonly close: () => Promise<void>;
}

/** `undefined`: it was refused, or the session is over. `fault` is told when the reply leads elsewhere. */
export async function arrange(
  mode: FrontMode,
  control: RawControl,
  program: Program,
  fault: (text: string) => void,
): Promise<Arranged | undefined> {
  if (mode === "PASV" || mode === "EPSV") return arrangePassive(mode, control, program, fault);
  return mode === "none" ? arrangeNothing(control, program) : arrangeActive(mode, control, program);
}

/** The command that names an address to connect to. */
export const announce = (verb: "PORT" | "EPRT", to: HostPort): string =>
  `${verb} ${verb === "PORT" ? formatPort(to) : formatEprt(to)}`;

async function arrangePassive(
  mode: "PASV" | "EPSV",
  control: RawControl,
  program: Program,
  fault: (text: string) => void,
): Promise<Arranged | undefined> {
  const reply = await control.ask(mode);
  if (reply?.code !== (mode === "PASV" ? 227 : 229)) return undefined;
  const told = mode === "PASV" ? parse227(reply) : { host: undefined, port: parse229(reply) };
  const { host } = control.connection.remote;
  if (told.host !== undefined && told.host !== host) fault(`227 names ${told.host}, the client had reached ${host}`);
  const stop = new AbortController();
  return {
    open: () => program.connect({ host, port: told.port, signal: stop.signal }),
    close: async () => stop.abort(new Error("not wanted any more")),
  };
}

async function arrangeActive(
  mode: "PORT" | "EPRT",
  control: RawControl,
  program: Program,
): Promise<Arranged | undefined> {
  const { host } = control.connection.local;
  const listener = await program.listen({ host, ports: { first: 0, last: 0 }, signal: never });
  const { port } = listener.endpoint;
  const reply = await control.ask(announce(mode, { host, port }));
  if (reply === undefined || reply.code >= 400) {
    await listener[Symbol.asyncDispose]();
    return undefined;
  }
  return accepting(listener);
}

/** `undefined`: the port is in use, for one by a connection that goes on. */
async function arrangeNothing(control: RawControl, program: Program): Promise<Arranged | undefined> {
  const { host, port } = control.connection.local;
  const listening = program.listen({ host, ports: { first: port, last: port }, signal: never });
  const listener = await listening.catch(() => undefined);
  return listener === undefined ? undefined : accepting(listener);
}

function accepting(listener: Listener): Arranged {
  const stop = new AbortController();
  return {
    open: () => listener.accept({ signal: stop.signal }),
    close: async () => {
      stop.abort(new Error("not wanted any more"));
      await listener[Symbol.asyncDispose]();
    },
  };
}
