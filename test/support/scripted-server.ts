// A server that says exactly what a test tells it to, and so can be wrong in every way: split, glued, early, late, silent.
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { ScriptedControl } from "./scripted-control.ts";

/** What happens on one control connection. When it returns the connection stays open, in silence, until the client or `stop` ends it. */
export type Script = (control: ScriptedControl, connectionNumber: number) => Promise<void>;

export interface ScriptedServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Control connections so far. */
  connections(): number;
  /** Resolves when the scripts of all connections so far have run to their end; rejects with the first error of a script. */
  finished(): Promise<void>;
  /** Closes everything; rejects with the first error of a script. A script that still waits is ended and is no error. */
  stop(): Promise<void>;
}

/** Listens on a free port and runs `script` for every connection, counted from 0. */
export async function startScriptedServer(script: Script, host = "127.0.0.1"): Promise<ScriptedServer> {
  const controls: ScriptedControl[] = [];
  const runs: Promise<unknown>[] = [];
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket: Socket) => {
    const control = new ScriptedControl(socket, host);
    controls.push(control);
    runs.push(runScript(script, control, controls.length - 1));
  });
  server.listen(0, host);
  await once(server, "listening");
  const finished = async (): Promise<void> => {
    const error = (await Promise.all(runs)).find((result) => result !== undefined);
    if (error !== undefined) throw error;
  };
  const stop = async (): Promise<void> => {
    for (const control of controls) control.dispose();
    await closeServer(server);
    await finished();
  };
  const { port } = server.address() as AddressInfo;
  return { host, port, connections: () => controls.length, finished, stop, [Symbol.asyncDispose]: stop };
}

/** Resolves with the error instead of rejecting, so that no rejection is ever unhandled. */
async function runScript(script: Script, control: ScriptedControl, number: number): Promise<unknown> {
  try {
    await script(control, number);
    control.endWithClient();
    return undefined;
  } catch (error) {
    return control.disposed ? undefined : error;
  }
}

async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  await new Promise((resolve) => server.close(resolve));
}
