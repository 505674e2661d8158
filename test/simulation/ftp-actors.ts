// FTP in a simulated network, of the lab's parts: our server engine, our gateway through simulated SSH, and a client that
// connects where it is told.

import { ScriptedClient } from "../../src/lab/client/scripted-client.ts";
import { labFiles } from "../../src/lab/files.ts";
import { startFtpServer } from "../../src/lab/simulated/ftp-server.ts";
import { Program, startSallyport } from "../../src/lab/simulated/sallyport.ts";
import type { Endpoint } from "../../src/platform/endpoint.ts";
import type { UpstreamMode } from "../../src/protocol/relay/messages.ts";
import type { Host } from "../../src/simulation/host/host.ts";

const files = labFiles(0);
const program = (host: Host): Program => new Program(host);

/** Listens on port 21 of every address; `/file` is there. */
export const startServer = (host: Host): Promise<void> =>
  startFtpServer({ host, program: host.network(), plan: {}, files, notify: () => {} });

/** `sallyport -L 2001:TARGET:21` on `host`, through sshd of `sshHost`. */
export async function startTunnel(
  host: Host,
  sshHost: Host,
  target: string,
  back: UpstreamMode = "auto",
): Promise<void> {
  const args = { to: "203.0.113.3", local: [`2001:${target}:21`], back };
  await startSallyport({
    front: program(host),
    ssh: program(host),
    sshHost,
    ownAddresses: ["127.0.0.1"],
    args,
  });
}

/** Logged in, for files as they are. */
export function logIn(host: Host, server: Endpoint): Promise<ScriptedClient> {
  const { clock } = host.simulation;
  return ScriptedClient.logIn({
    network: host.network(),
    clock,
    server,
    files,
    notify: () => {},
    kill: async () => {},
  });
}
