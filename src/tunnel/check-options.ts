// Options checked and made complete, so that nothing behind this file meets a wrong one.
import type { GatewayOptions } from "../gateway/environment.ts";
import { type Cidr, parseCidr } from "../protocol/cidr.ts";
import { SallyportError } from "../protocol/error.ts";
import { ipFamily, isLoopback } from "../protocol/ip-address.ts";
import { limits } from "../protocol/limits.ts";
import type { Forward, TunnelOptions } from "./options.ts";

const defaultForward: Forward = { port: 2121, host: "localhost", hostPort: 21 };

/** A forward with its listening address settled. */
export interface CheckedForward {
  /** As the front network wants it: `""` for every address. */
  readonly bind: string;
  readonly port: number;
  readonly gateway: GatewayOptions;
}

/** Throws CONFIG_INVALID or POLICY_BIND. */
export function checkForwards(options: TunnelOptions): CheckedForward[] {
  const forwards = options.forwards ?? [defaultForward];
  if (forwards.length === 0) throw wrong("no forward is given");
  return forwards.map((forward) => ({
    bind: checkBind(forward, options.gatewayPorts === true),
    port: checkPort("listening port", forward.port, 0),
    gateway: gatewayOptions(forward, options),
  }));
}

function gatewayOptions(forward: Forward, options: TunnelOptions): GatewayOptions {
  const passivePorts = options.passivePorts ?? { first: 0, last: 0 };
  checkPort("passive port", passivePorts.first, 0);
  checkPort("passive port", passivePorts.last, passivePorts.first);
  if (forward.host === "") throw wrong("the FTP server's host is empty");
  return {
    target: { host: forward.host, port: checkPort("FTP server's port", forward.hostPort, 1) },
    backMode: options.back ?? "auto",
    passivePorts,
    passiveAddresses: (options.passiveAddresses ?? []).map(({ address, cidr }) => ({
      address: checkAddress(address),
      cidr: parseCidr(cidr),
    })),
    allowThirdParty: (options.allowThirdParty ?? []).map((cidr): Cidr => parseCidr(cidr)),
    sessionsMax: checkCount("sessionsMax", options.sessionsMax ?? limits.tunnelSessionsMax, 1),
    keepaliveMs: checkCount("keepaliveMs", options.keepaliveMs ?? limits.tunnelKeepaliveMs, 0),
    removeAborted: options.removeAborted === true,
  };
}

function checkBind(forward: Forward, gatewayPorts: boolean): string {
  const { bind = gatewayPorts ? "*" : "127.0.0.1" } = forward;
  const address = bind === "localhost" ? "127.0.0.1" : bind.replace(/^\*$/, "");
  if (address !== "" && ipFamily(address) === undefined) throw wrong(`bind address ${bind} is not an IP address`);
  if (gatewayPorts || (address !== "" && isLoopback(address))) return address;
  const message = `listening on ${bind === "" ? "*" : bind} would let other machines use this tunnel`;
  throw new SallyportError("POLICY_BIND", message, { hint: "give -g (gatewayPorts) if that is what you want" });
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
