// The parts that the demo's stage is really built from.

import type { LoopbackParts } from "../../lab/loopback/parts.ts";
import { openLoopbackSshServer } from "../../lab/loopback/ssh-server.ts";
import { SallyportError } from "../../protocol/error.ts";
import { openServer } from "../../serve/open-server.ts";
import { connectWithKey } from "../../ssh/embedded/connect-with-key.ts";
import { openTunnelOver } from "../../tunnel/open-tunnel.ts";

export const realParts: LoopbackParts = {
  openSshServer: openLoopbackSshServer,

  async openServer({ files, credentials: { user, password }, signal }) {
    const users = [{ name: user, password }];
    const server = await openServer({ files, listen: [{ port: 0 }], users, greeting: "Sallyport's demo.", signal });
    const [address] = server.listeners;
    if (address === undefined) throw new SallyportError("INTERNAL", "the demo's FTP server does not listen");
    return { address, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]().then() };
  },

  async openTunnel({ access, targets, back, trace, signal }) {
    const { host, port, user } = access;
    const forwards = targets.map((target) => ({ port: 0, host: target.host, hostPort: target.port }));
    const tunnel = await openTunnelOver(
      { ssh: { host, port, user }, forwards, back, signal, trace },
      (environment, connectSignal) => connectWithKey(access, environment, connectSignal),
    );
    return {
      entrances: tunnel.forwards,
      closed: tunnel.closed,
      [Symbol.asyncDispose]: () => tunnel[Symbol.asyncDispose]().then(),
    };
  },
};
