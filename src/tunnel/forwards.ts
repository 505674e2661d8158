// The forwards of a tunnel (-L): options checked and made complete, listened on, and shown.

import { networkInterfaces } from "node:os";
import type { GatewayOptions } from "../gateway/environment.ts";
import { systemClock } from "../network/system-clock.ts";
import { systemNetwork } from "../network/system-network.ts";
import { listenOnUnixSocket, type UnixSocketOptions } from "../network/unix-socket.ts";
import { formatEndpoint } from "../platform/endpoint.ts";
import type { Listener } from "../platform/network.ts";
import { type Cidr, parseCidr } from "../protocol/cidr.ts";
import { definedProps } from "../protocol/defined-props.ts";
import { SallyportError } from "../protocol/error.ts";
import { ipFamily, isLinkLocal, isLoopback } from "../protocol/ip-address.ts";
import { limits } from "../protocol/limits.ts";
import { ownEntry } from "../protocol/own-entry.ts";
import { targetOf } from "../ssh/ssh-connection.ts";
import type { Forward, OpenForward, TunnelOptions } from "./options.ts";
import { downstreamTls, upstreamTls } from "./tls-policies.ts";

const defaultForward: Forward = { port: 2121, host: "localhost", hostPort: 21 };

/** A forward with its listening address settled. */
export interface CheckedForward {
  /** As the network towards the client wants it: `""` for every address, `localhost` for both loopback addresses. */
  readonly bind: string;
  readonly port: number;
  /** In place of both. */
  readonly socket?: UnixSocketOptions;
  readonly gateway: GatewayOptions;
}

/** Throws CONFIG_INVALID or POLICY_BIND. */
export function checkForwards(options: TunnelOptions): CheckedForward[] {
  const forwards = options.forwards ?? [defaultForward];
  if (forwards.length === 0) throw wrong("no forward is given");
  return forwards.map((forward) => ({
    ...(forward.socket === undefined
      ? { bind: checkBind(forward, options.gatewayPorts === true) }
      : { bind: "localhost", socket: checkSocket(forward.socket, options) }),
    port: checkPort("listening port", forward.port, 0),
    gateway: gatewayOptions(forward, options),
  }));
}

/** All of them, or none. Throws `NET_*`, or the signal's reason. */
export async function listenAll(checked: readonly CheckedForward[], signal: AbortSignal): Promise<Listener[]> {
  const listeners: Listener[] = [];
  try {
    for (const forward of checked) listeners.push(await listenOn(forward, signal));
    return listeners;
  } catch (error) {
    await closeAll(listeners);
    throw error;
  }
}

function listenOn({ bind, port, socket }: CheckedForward, signal: AbortSignal): Promise<Listener> {
  if (socket !== undefined) return listenOnUnixSocket(socket, systemClock, signal);
  return systemNetwork.listen({ host: bind, ports: { first: port, last: port }, signal });
}

export async function closeAll(listeners: readonly Listener[]): Promise<void> {
  await Promise.all(listeners.map((listener) => listener[Symbol.asyncDispose]()));
}

/** What listens where other machines are. */
const openAt: Readonly<Record<string, string>> = {
  "": "every address",
  "0.0.0.0": "every IPv4 address",
  "::": "every IPv6 address",
};

/** Where a listener on several addresses can be reached from here. */
const reachable: Readonly<Record<string, string>> = {
  "": "127.0.0.1",
  "0.0.0.0": "127.0.0.1",
  "::": "::1",
  localhost: "127.0.0.1",
};

/** What is shown of a forward that is listened on. */
export function openForward(
  listener: Listener,
  checked: CheckedForward,
  options: Pick<TunnelOptions, "ssh">,
): OpenForward {
  const { port } = listener.endpoint;
  const { bind, gateway } = checked;
  const scheme = gateway.downstreamTls?.mode === "implicit" ? "ftps" : "ftp";
  const urlOf = (at: string): string => `${scheme}://${formatEndpoint({ host: at, port })}`;
  const host = ownEntry(reachable, bind) ?? bind;
  const open = isLoopback(bind)
    ? {}
    : { openAt: ownEntry(openAt, bind) ?? bind, openUrls: addressesOf(bind).map(urlOf) };
  const target = formatEndpoint(gateway.target);
  const socket = checked.socket?.path;
  return {
    url: socket ?? urlOf(host),
    ...definedProps({ socket }),
    host,
    port,
    target,
    through: targetOf(options.ssh),
    ...open,
  };
}

/** What others may type. A link-local address means something on its own link only, and needs a zone there. */
function addressesOf(bind: string): readonly string[] {
  if (ownEntry(openAt, bind) === undefined) return [bind];
  return Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .filter(
      ({ internal, family, address }) =>
        !internal && !isLinkLocal(address) && (bind === "" || sameFamily(bind, family)),
    )
    .map(({ address }) => address);
}

const sameFamily = (bind: string, family: string): boolean => (bind === "::" ? family === "IPv6" : family === "IPv4");

function gatewayOptions(forward: Forward, options: TunnelOptions): GatewayOptions {
  const passivePorts = options.passivePorts ?? { first: 0, last: 0 };
  checkPort("passive port", passivePorts.first, 0);
  checkPort("passive port", passivePorts.last, passivePorts.first);
  if (forward.host === "") throw wrong("the FTP server's host is empty");
  return {
    target: { host: forward.host, port: checkPort("FTP server's port", forward.hostPort, 1) },
    upstreamMode: options.back ?? "auto",
    passivePorts,
    passiveAddresses: (options.passiveAddresses ?? []).map(({ address, cidr }) => ({
      address: checkAddress(address),
      cidr: parseCidr(cidr),
    })),
    allowThirdParty: (options.allowThirdParty ?? []).map((cidr): Cidr => parseCidr(cidr)),
    sessionsMax: checkCount("sessionsMax", options.sessionsMax ?? limits.tunnelSessionsMax, 1),
    keepaliveMs: checkCount("keepaliveMs", options.keepaliveMs ?? limits.tunnelKeepaliveMs, 0),
    removeAborted: options.removeAborted === true,
    surviveMs: checkCount("surviveMs", options.surviveMs ?? 0, 0),
    holdMs: checkCount("holdMs", options.holdMs ?? 0, 0),
    ...definedProps({
      downstreamTls: downstreamTls(forward, options.tls),
      upstreamTls: upstreamTls(forward, options.serverTls ?? {}),
    }),
  };
}

function checkBind(forward: Forward, gatewayPorts: boolean): string {
  const { bind = gatewayPorts ? "*" : "localhost" } = forward;
  const address = bind.replace(/^\*$/, "");
  if (address !== "" && address !== "localhost" && ipFamily(address) === undefined)
    throw wrong(`bind address ${bind} is not an IP address`);
  if (gatewayPorts || (address !== "" && isLoopback(address))) return address;
  const message = `listening on ${bind === "" ? "*" : bind} would let other machines use this tunnel`;
  throw new SallyportError("POLICY_BIND", message, { hint: "give -g (gatewayPorts) if that is what you want" });
}

/** sun_path has room for 104 bytes on some systems, 108 on others, an end included; what is longer would be cut off without a word. */
const socketPathBytesMax = 103;

function checkSocket(path: string, { ssh }: TunnelOptions): UnixSocketOptions {
  if (path === "" || path.includes("\0")) throw wrong("the path of the Unix socket is empty or has a NUL in it");
  if (Buffer.byteLength(path) > socketPathBytesMax)
    throw wrong(`the Unix socket's path is longer than ${socketPathBytesMax} bytes: ${path}`);
  const mask = sshOption(ssh, "StreamLocalBindMask");
  if (mask !== undefined && Number.parseInt(mask, 8) !== 0o177)
    throw wrong(`StreamLocalBindMask ${mask}: the socket of a tunnel is its user's own, which is 0177`);
  return { path, replace: sshOption(ssh, "StreamLocalBindUnlink")?.toLowerCase() === "yes" };
}

/** The first one counts, as with ssh. */
function sshOption({ options = [] }: TunnelOptions["ssh"], name: string): string | undefined {
  const pattern = new RegExp(`^\\s*${name}(?:\\s*=\\s*|\\s+)(.*?)\\s*$`, "i");
  return options.map((option) => pattern.exec(option)?.[1]).find((value) => value !== undefined);
}

function checkAddress(address: string): string {
  if (ipFamily(address) === 4) return address;
  throw wrong(`passive address ${address} is not an IPv4 address (227 can carry no other)`);
}

function checkPort(what: string, port: number, least: number): number {
  if (Number.isInteger(port) && port >= least && port <= 65_535) return port;
  throw wrong(`${what} ${port} is not between ${least} and 65535`);
}

function checkCount(what: string, count: number, least: number): number {
  if (Number.isSafeInteger(count) && count >= least) return count;
  throw wrong(`${what} ${count} is not a whole number from ${least}`);
}

function wrong(message: string): SallyportError {
  return new SallyportError("CONFIG_INVALID", message);
}
