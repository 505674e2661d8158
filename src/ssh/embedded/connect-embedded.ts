// SSH without an ssh program: configuration, route, handshake, log-in, network.
import { existsSync } from "node:fs";
import {
  type ConnectSsh,
  type SshConnection,
  type SshEnvironment,
  type SshOptions,
  targetOf,
} from "../ssh-connection.ts";
import { chooseAlgorithms } from "./configuration/algorithms.ts";
import { type HostSettings, hostSettings } from "./configuration/host-settings.ts";
import { readConfig } from "./configuration/read-config.ts";
import { reportUnused } from "./configuration/unused-settings.ts";
import { EmbeddedConnection } from "./embedded-connection.ts";
import { knownTypes, readKnownHosts } from "./host-keys/known-hosts.ts";
import type { HostKeyPolicy } from "./host-keys/verify-host-key.ts";
import { openCarrier } from "./transport/carrier.ts";

/**
 * Connects with the ssh2 library. Settings come from `ssh -G` where an ssh is installed, else from ~/.ssh/config and
 * /etc/ssh/ssh_config. Throws `SSH_CONFIG`, `SSH_CONNECT`, `SSH_PROTOCOL`, `SSH_HOST_KEY`, `SSH_AUTH`, or the signal's
 * reason; nothing is left then.
 */
export const connectEmbedded: ConnectSsh = (options, environment, signal) =>
  connectHop(options, environment, signal, 0);

async function connectHop(
  options: SshOptions,
  given: SshEnvironment,
  signal: AbortSignal,
  depth: number,
): Promise<SshConnection> {
  signal.throwIfAborted();
  const environment = depth === 0 ? given : askedByJumpHost(given);
  const notify = (line: string): void => {
    if (options.quiet !== true) environment.tellUser?.(line);
  };
  const note = (line: string): void => {
    if ((options.verbosity ?? 0) > 0) notify(`debug1: ${line}`);
  };
  const target = targetOf(options);
  environment.emit({ type: "ssh.connecting", target, transport: "embedded" });
  const source = await readConfig(options, signal, notify);
  reportUnused(source, options, notify);
  for (const file of options.identityFiles ?? []) {
    if (!existsSync(file) && !file.startsWith("~")) notify(`Warning: Identity file ${file} not accessible.`);
  }
  const settings = hostSettings(source, options);
  const hostKeys = await hostKeyPolicy(settings, notify);
  const algorithms = chooseAlgorithms(source, knownTypes(hostKeys.entries, hostKeys.identity));
  const connectJump = (hop: SshOptions, hopDepth: number): Promise<SshConnection> =>
    connectHop(hop, given, signal, hopDepth);
  const carrier = await openCarrier({ options, settings, environment, notify, depth, connectHop: connectJump, signal });
  const { address } = carrier;
  note(`connected to ${settings.host} port ${settings.port}${address === undefined ? "" : ` (${address})`}`);
  const { verbosity = 0 } = options;
  const debug = verbosity > 1 ? (line: string) => notify(`debug2: ${line}`) : undefined;
  const connection = await EmbeddedConnection.over(carrier, {
    target,
    settings,
    algorithms,
    hostKeys,
    environment,
    notify,
    note,
    debug,
    signal,
  });
  note(`authenticated to ${settings.host}`);
  return connection;
}

function askedByJumpHost(environment: SshEnvironment): SshEnvironment {
  const { askUser } = environment;
  if (askUser === undefined) return environment;
  return { ...environment, askUser: (question, signal) => askUser({ ...question, jump: true }, signal) };
}

async function hostKeyPolicy(
  settings: HostSettings,
  notify: (line: string) => void,
): Promise<Omit<HostKeyPolicy, "askUser" | "tellUser">> {
  const { alias, userFiles, globalFiles, strict, hashNames, rsaBitsMin } = settings.hostKeys;
  const { host, port } = settings;
  const entries = await readKnownHosts([...userFiles, ...globalFiles], (file, why) =>
    notify(`Warning: ${file} could not be read (${why}); the keys in it are not known.`),
  );
  const identity = alias === undefined ? { host, port } : { host, port, alias };
  return { identity, strict, entries, recordIn: userFiles[0], hashNames, rsaBitsMin };
}
