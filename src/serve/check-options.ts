// Options checked and made complete, so that nothing behind this file meets a wrong one.
import { parseCidr } from "../protocol/cidr.ts";
import { SallyportError } from "../protocol/error.ts";
import { ipFamily } from "../protocol/ip-address.ts";
import { limits } from "../protocol/limits.ts";
import type { Authenticate } from "../server/account.ts";
import type { ServerPolicy, TlsPolicy } from "../server/environment.ts";
import type { ServerListen, ServerOptions } from "./options.ts";

export interface CheckedListen {
  /** As the network wants it: `""` for every address. */
  readonly host: string;
  readonly port: number;
  readonly implicitTls: boolean;
}

/** Throws `CONFIG_INVALID`. */
export function checkListen(options: ServerOptions): CheckedListen[] {
  const listen = options.listen ?? [{}];
  if (listen.length === 0) throw wrong("there is no address to listen on");
  return listen.map(({ host = "127.0.0.1", port = 2121, implicitTls = false }: ServerListen) => {
    if (implicitTls && options.tls === undefined) throw wrong("implicit TLS needs a certificate and its key");
    const address = host === "localhost" ? "127.0.0.1" : host.replace(/^\*$/, "");
    if (address !== "" && ipFamily(address) === undefined)
      throw wrong(`the address to listen on, ${host}, is not an IP address`);
    return { host: address, port: checkWhole("port", port, 0, 65_535), implicitTls };
  });
}

/** Throws `CONFIG_INVALID`. */
export function checkPolicy(
  options: ServerOptions,
  authenticate: Authenticate,
  tls: TlsPolicy | undefined,
): ServerPolicy {
  const { first, last } = options.passivePorts ?? { first: 0, last: 0 };
  const passivePorts = {
    first: checkWhole("first passive port", first, 0, 65_535),
    last: checkWhole("last passive port", last, first, 65_535),
  };
  if (options.activePortOnly === true && options.active === false)
    throw wrong("an active port has no use without active mode");
  return {
    greeting: options.greeting ?? "Sallyport FTP server.",
    authenticate,
    passivePorts,
    passiveAddresses: (options.passiveAddresses ?? []).map(({ address, cidr }) => ({
      address: checkTold(address),
      cidr: parseCidr(cidr),
    })),
    active: options.active ?? true,
    activePort: options.activePort === undefined ? undefined : checkWhole("active port", options.activePort, 1, 65_535),
    activePortOnly: options.activePortOnly ?? false,
    allowThirdParty: (options.allowThirdParty ?? []).map((cidr) => parseCidr(cidr)),
    atomicUploads: options.atomicUploads ?? false,
    tls,
    sessionsMax: checkCount("sessionsMax", options.sessionsMax, limits.serverSessionsMax),
    sessionsPerAddressMax: checkCount(
      "sessionsPerAddressMax",
      options.sessionsPerAddressMax,
      limits.serverSessionsPerAddressMax,
    ),
    idleMs: checkCount("idleMs", options.idleMs, limits.serverIdleMs),
    loginMs: checkCount("loginMs", options.loginMs, limits.serverLoginMs),
    dataStallMs: checkCount("dataStallMs", options.dataStallMs, limits.serverDataStallMs),
  };
}

function checkTold(address: string): string {
  // 227 has room for four numbers.
  if (ipFamily(address) === 6) throw wrong(`passive address ${address} is IPv6, and 227 can carry IPv4 only`);
  if (ipFamily(address) === 4 || /^(?=.*[a-z])[a-z0-9_]([a-z0-9._-]*[a-z0-9])?$/i.test(address)) return address;
  throw wrong(`passive address ${address} is neither an IPv4 address nor a host name`);
}

function checkCount(what: string, given: number | undefined, usual: number): number {
  return checkWhole(what, given ?? usual, 1, 2_147_483_647);
}

function checkWhole(what: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw wrong(`${what} ${value} is not a whole number from ${least} to ${most}`);
}

function wrong(message: string): SallyportError {
  return new SallyportError("CONFIG_INVALID", message);
}
