// An FTP server: listeners on this machine, accounts, and the engine.

import { randomBytes } from "node:crypto";
import { lookup } from "node:dns/promises";
import { LoginGuard } from "../admission/login-guard.ts";
import { PendingLogins } from "../admission/pending-logins.ts";
import { admitOnly } from "../network/allowed-users.ts";
import { socketOwner } from "../network/socket-owner.ts";
import { systemClock, systemTime } from "../network/system-clock.ts";
import { systemNetwork } from "../network/system-network.ts";
import { onAbort } from "../platform/abort.ts";
import { type Endpoint, formatEndpoint } from "../platform/endpoint.ts";
import type { Listener, Network } from "../platform/network.ts";
import { Turns } from "../platform/turns.ts";
import { definedProps } from "../protocol/defined-props.ts";
import { SallyportError } from "../protocol/error.ts";
import { isUnspecified } from "../protocol/ip-address.ts";
import type { ServerEnvironment } from "../server/environment.ts";
import { FtpServer, type ServerShared } from "../server/ftp-server.ts";
import { LostUploads } from "../server/lost-uploads.ts";
import type { SshServer } from "../ssh/embedded/server/options.ts";
import { tracesOf } from "../text/everyday-events.ts";
import { makeAccounts } from "./accounts.ts";
import { type CheckedListen, checkListen, checkPolicy, tlsPolicy } from "./check-options.ts";
import type { OpenListener, Server, ServerOptions } from "./options.ts";
import { RunningServer } from "./running-server.ts";
import { openSshSide, type SshSide } from "./ssh/open-ssh-side.ts";
import { shareMachine } from "./ssh/own-listeners.ts";

/**
 * Opens an FTP server (RFC 959, 1123, 2228, 2389, 2428, 2577, 2640, 3659, 4217, 7151), and with `ssh` an SSH server beside
 * it (RFC 4251 to 4254, SFTP version 3).
 *
 * @throws SallyportError CONFIG_INVALID for wrong options and for key files that others could have written, FS_* for a
 * directory that cannot be served, NET_* when a listener cannot be had; the signal's reason when it is aborted before the
 * server is ready.
 * @example
 * await using server = await openServer({ files: "/srv/ftp", anonymous: "read", listen: [{ port: 2121 }] });
 */
export async function openServer(options: ServerOptions): Promise<Server> {
  options.signal?.throwIfAborted();
  const signal = options.signal ?? new AbortController().signal;
  const listen = checkListen(options);
  const mayEnter = await admitOnly(options.allowUsers);
  const accounts = await makeAccounts(options);
  const policy = checkPolicy(options, accounts.authenticate, tlsPolicy(options.tls, systemClock));
  const machine = options.ssh && shareMachine(systemNetwork);
  const network = machine?.own ?? systemNetwork;
  const listeners = await listenAll(listen, network, signal);
  const environment = { ...systemEnvironment(options, network), ...definedProps({ mayEnter }) };
  const shared: ServerShared = {
    sessions: new Set(),
    perAddress: new Map(),
    guard: new LoginGuard(systemClock),
    pending: new PendingLogins(policy.sessionsMax),
    lostUploads: new LostUploads(),
    lastSession: 0,
  };
  const servers: FtpServer[] = [];
  const serverAt = (endpoint: Endpoint): FtpServer | undefined =>
    servers[listeners.findIndex((listener) => listener.endpoint === endpoint)];
  const { passivePorts } = policy;
  const parts = {
    accounts,
    mayEnter,
    guard: shared.guard,
    passivePorts,
    serverAt,
    environment,
    signal,
  };
  const ssh = await openSsh(options.ssh, machine && { ...parts, ...machine }).catch(async (error: unknown) => {
    await closeAll(listeners);
    throw error;
  });
  for (const [index, listener] of listeners.entries()) {
    servers.push(new FtpServer(listener, policy, environment, shared, listen[index]?.implicitTls === true));
  }
  const open = listeners.map((listener, index) => openListener(listener, listen[index]?.implicitTls === true));
  const server = new RunningServer({ clock: systemClock, listeners: open, servers, shared, ssh, owned: options.owned });
  void server.closed.then(onAbort(signal, () => void server[Symbol.asyncDispose]()));
  return server;
}

async function listenAll(listen: readonly CheckedListen[], network: Network, signal: AbortSignal): Promise<Listener[]> {
  const listeners: Listener[] = [];
  try {
    for (const { host, port } of listen) {
      listeners.push(await network.listen({ host, ports: { first: port, last: port }, signal }));
    }
    return listeners;
  } catch (error) {
    await closeAll(listeners);
    throw error;
  }
}

async function closeAll(listeners: readonly Listener[]): Promise<void> {
  await Promise.all(listeners.map((listener) => listener[Symbol.asyncDispose]()));
}

interface SshParts extends Omit<SshSide, "options" | "emit"> {
  readonly environment: ServerEnvironment;
}

async function openSsh(options: ServerOptions["ssh"], parts: SshParts | undefined): Promise<SshServer | undefined> {
  if (options === undefined || parts === undefined) return undefined;
  return openSshSide({ ...parts, options, emit: (event) => parts.environment.emit(0, event) });
}

function systemEnvironment(options: ServerOptions, network: Network): ServerEnvironment {
  return {
    ...(options.checkUser === false ? {} : { ownerOf: socketOwner }),
    network,
    clock: systemClock,
    now: systemTime,
    randomName: () => randomBytes(8).toString("hex"),
    resolve: resolveIpv4,
    turns: new Turns(),
    emit: (session, event) => options.trace?.({ ...event, session, timeMs: systemClock.nowMs() }),
    traces: tracesOf(options),
  };
}

async function resolveIpv4(host: string): Promise<string> {
  try {
    return (await lookup(host, { family: 4 })).address;
  } catch (cause) {
    throw new SallyportError("NET_DNS", `the passive address ${host} has no IPv4 address now`, { cause });
  }
}

function openListener({ endpoint }: Listener, implicitTls: boolean): OpenListener {
  const every = isUnspecified(endpoint.host);
  const host = every ? (endpoint.host.includes(":") ? "::1" : "127.0.0.1") : endpoint.host;
  const { port } = endpoint;
  return { url: `${implicitTls ? "ftps" : "ftp"}://${formatEndpoint({ host, port })}`, host, port };
}
