// An FTP server: listeners on this machine, accounts, and the engine.
import { randomBytes } from "node:crypto";
import { lookup } from "node:dns/promises";
import { systemClock } from "../network/system-clock.ts";
import { systemNetwork } from "../network/system-network.ts";
import { systemTime } from "../network/system-time.ts";
import { formatEndpoint } from "../platform/endpoint.ts";
import { LoginGuard } from "../platform/login-guard.ts";
import type { Listener } from "../platform/network.ts";
import { SallyportError } from "../protocol/error.ts";
import { isUnspecified } from "../protocol/ip-address.ts";
import type { ServerEnvironment } from "../server/environment.ts";
import { FtpServer, type ServerShared } from "../server/ftp-server.ts";
import { makeAuthenticate } from "./accounts.ts";
import { type CheckedListen, checkListen, checkPolicy } from "./check-options.ts";
import type { OpenListener, Server, ServerOptions } from "./options.ts";
import { RunningServer } from "./running-server.ts";
import { tlsPolicy } from "./tls-policy.ts";

/**
 * Opens an FTP server (RFC 959, 1123, 2228, 2389, 2428, 2577, 2640, 3659, 4217, 7151).
 *
 * @throws SallyportError CONFIG_INVALID for wrong options, FS_* for a directory that cannot be served, NET_* when a listener
 * cannot be had; the signal's reason when it is aborted before the server is ready.
 */
export async function openServer(options: ServerOptions): Promise<Server> {
  options.signal?.throwIfAborted();
  const signal = options.signal ?? new AbortController().signal;
  const listen = checkListen(options);
  const policy = checkPolicy(options, await makeAuthenticate(options), tlsPolicy(options.tls, systemClock));
  const listeners = await listenAll(listen, signal);
  const environment = systemEnvironment(options);
  const shared: ServerShared = {
    sessions: new Set(),
    perAddress: new Map(),
    guard: new LoginGuard(systemClock),
    lastSession: 0,
  };
  const servers = listeners.map(
    (listener, index) => new FtpServer(listener, policy, environment, shared, listen[index]?.implicitTls === true),
  );
  const open = listeners.map((listener, index) => openListener(listener, listen[index]?.implicitTls === true));
  const server = new RunningServer({ clock: systemClock, listeners: open, servers, shared });
  const abort = (): void => void server[Symbol.asyncDispose]();
  signal.addEventListener("abort", abort, { once: true });
  void server.closed.then(() => signal.removeEventListener("abort", abort));
  return server;
}

async function listenAll(listen: readonly CheckedListen[], signal: AbortSignal): Promise<Listener[]> {
  const listeners: Listener[] = [];
  try {
    for (const { host, port } of listen) {
      listeners.push(await systemNetwork.listen({ host, ports: { first: port, last: port }, signal }));
    }
    return listeners;
  } catch (error) {
    await Promise.all(listeners.map((listener) => listener[Symbol.asyncDispose]()));
    throw error;
  }
}

function systemEnvironment({ trace }: ServerOptions): ServerEnvironment {
  return {
    network: systemNetwork,
    clock: systemClock,
    now: systemTime,
    randomName: () => randomBytes(8).toString("hex"),
    resolve: resolveIpv4,
    emit: (session, event) => trace?.({ ...event, session, timeMs: systemClock.nowMs() }),
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
