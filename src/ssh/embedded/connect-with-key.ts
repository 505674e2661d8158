// SSH to a server of which everything is known beforehand: no configuration, no file, no agent, nobody to ask.
import { SallyportError } from "../../protocol/error.ts";
import { limits } from "../../protocol/limits.ts";
import type { SshConnection, SshEnvironment } from "../ssh-connection.ts";
import { chooseAlgorithms } from "./configuration/algorithms.ts";
import type { HostSettings } from "./configuration/host-settings.ts";
import { EmbeddedConnection } from "./embedded-connection.ts";
import { type KnownHost, knownHostName, knownTypes, parseKnownHosts } from "./host-keys/known-hosts.ts";
import { coalesceWrites } from "./transport/carrier.ts";
import { openSocket } from "./transport/open-socket.ts";

export interface KnownServer {
  /** Name or address. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** The only host key that is taken: `ssh-ed25519 AAAA…`. */
  readonly hostKey: string;
  /** The only key that is shown: an OpenSSH private key, not encrypted. */
  readonly privateKey: string;
}

/** Throws `SSH_CONNECT`, `SSH_PROTOCOL`, `SSH_HOST_KEY`, `SSH_AUTH`, or the signal's reason; nothing is left then. */
export async function connectWithKey(
  server: KnownServer,
  environment: SshEnvironment,
  signal: AbortSignal,
): Promise<SshConnection> {
  signal.throwIfAborted();
  const { host, port } = server;
  const target = `${server.user}@${host}`;
  const settings = settingsOf(server);
  const entries = knownHostsOf(server);
  environment.emit({ type: "ssh.connecting", target, transport: "embedded" });
  const socket = await openSocket(settings, environment.clock, signal);
  const { strict, hashNames, rsaBitsMin } = settings.hostKeys;
  const identity = { host, port };
  const carrier = { stream: coalesceWrites(socket), address: socket.remoteAddress };
  return await EmbeddedConnection.over(carrier, {
    target,
    settings,
    algorithms: chooseAlgorithms({ config: new Map(), defaults: new Map() }, knownTypes(entries, identity)),
    hostKeys: { identity, strict, entries, recordIn: undefined, hashNames, rsaBitsMin },
    environment,
    notify: (line) => environment.tellUser?.(line),
    note: () => {},
    debug: undefined,
    signal,
  });
}

function knownHostsOf({ host, port, hostKey }: KnownServer): readonly KnownHost[] {
  const entries = parseKnownHosts(`${knownHostName(host, port)} ${hostKey}`, "the host key given");
  if (entries.length === 1) return entries;
  throw new SallyportError("CONFIG_INVALID", "the host key given cannot be read");
}

/** Strict, silent, and with one key: what `ssh -F none -o BatchMode=yes -o IdentitiesOnly=yes` would be. */
function settingsOf({ host, port, user, privateKey }: KnownServer): HostSettings {
  return {
    host,
    port,
    user,
    family: 0,
    bindAddress: undefined,
    connectTimeoutMs: limits.sshHandshakeMs,
    tcpKeepAlive: true,
    proxyJump: undefined,
    proxyCommand: undefined,
    keepalive: { intervalMs: limits.sshKeepaliveMs, countMax: limits.sshKeepaliveCountMax },
    hostKeys: { alias: undefined, userFiles: [], globalFiles: [], strict: "yes", hashNames: false, rsaBitsMin: 1024 },
    authentication: {
      batch: true,
      methods: ["publickey"],
      promptsMax: 0,
      identityFiles: [],
      privateKeys: [privateKey],
      identitiesOnly: true,
      agent: undefined,
    },
  };
}
