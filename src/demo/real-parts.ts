// The parts that the demo's stage is really built from.

import type { LoopbackParts } from "../lab/loopback/parts.ts";
import { systemClock } from "../network/system-clock.ts";
import { systemNetwork } from "../network/system-network.ts";
import { systemRandom } from "../network/system-random.ts";
import { SallyportError } from "../protocol/error.ts";
import { openServer } from "../serve/open-server.ts";
import { connectWithKey } from "../ssh/embedded/connect-with-key.ts";
import { generateKey } from "../ssh/embedded/generate-key.ts";
import { openSshServer } from "../ssh/embedded/server/ssh-server.ts";
import { openTunnelOver } from "../tunnel/open-tunnel.ts";

const user = "lab";

/**
 * Fresh keys on both sides, one user, and nothing reached but this machine's loopback address. Throws `NET_*`, or the signal's
 * reason.
 */
export const openLoopbackSshServer: LoopbackParts["openSshServer"] = async ({ signal, sharesPorts }) => {
  const [hostKey, userKey] = [generateKey(), generateKey()];
  const known = Buffer.from(userKey.publicKey.split(" ")[1] ?? "", "base64");
  const server = await openSshServer({
    network: systemNetwork,
    clock: systemClock,
    random: systemRandom,
    hostKeys: [hostKey.privateKey],
    methods: ["publickey"],
    authenticate: async (attempt) =>
      attempt.method === "publickey" && attempt.user === user && known.equals(attempt.key) ? { name: user } : undefined,
    // Data ports are any ports.
    permitOpen: ["127.0.0.1:*"],
    permitListen: ["127.0.0.1:*"],
    sharesPorts,
    signal,
  });
  const { host, port } = server;
  return {
    access: { host, port, user, hostKey: hostKey.publicKey, privateKey: userKey.privateKey },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]().then(),
  };
};

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
