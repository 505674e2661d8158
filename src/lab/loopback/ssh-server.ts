// The SSH server of the loopback stage: fresh keys on both sides, one user, and nothing reached but this machine's loopback address.
import { systemClock } from "../../network/system-clock.ts";
import { systemNetwork } from "../../network/system-network.ts";
import { systemRandom } from "../../network/system-random.ts";
import { generateKey } from "../../ssh/embedded/generate-key.ts";
import { openSshServer } from "../../ssh/embedded/server/ssh-server.ts";
import type { LoopbackParts } from "./parts.ts";

const user = "lab";

/** Throws `NET_*`, or the signal's reason. */
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
