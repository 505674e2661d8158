// Data connections of a client without manners.
import type { Connection } from "../../src/platform/network.ts";
import { formatEprt } from "../../src/protocol/extended-address.ts";
import { formatPort } from "../../src/protocol/host-port.ts";
import { parse227, parse229 } from "../../src/protocol/passive-reply.ts";
import type { FrontMode } from "./plan.ts";
import { never, type Program } from "./program.ts";
import type { RawControl } from "./raw-control.ts";

/** How a client comes to a data connection. */
export interface Arranged {
  /** The connection, once it is there. Rejects when it does not come about. */
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
  return mode === "PASV" || mode === "EPSV"
    ? arrangePassive(mode, control, program, fault)
    : arrangeActive(mode, control, program);
}

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
  const argument = mode === "PORT" ? formatPort({ host, port }) : formatEprt({ host, port });
  const reply = await control.ask(`${mode} ${argument}`);
  if (reply === undefined || reply.code >= 400) {
    await listener[Symbol.asyncDispose]();
    return undefined;
  }
  const stop = new AbortController();
  return {
    open: () => listener.accept({ signal: stop.signal }),
    close: async () => {
      stop.abort(new Error("not wanted any more"));
      await listener[Symbol.asyncDispose]();
    },
  };
}
