// Options checked and made complete, so that nothing behind this file meets a wrong one.

import { TlsServer } from "../network/tls-server.ts";
import type { Clock } from "../platform/clock.ts";
import { parseCidr } from "../protocol/cidr.ts";
import { SallyportError } from "../protocol/error.ts";
import { ipFamily } from "../protocol/ip-address.ts";
import { limits } from "../protocol/limits.ts";
import type { Authenticate } from "../server/account.ts";
import type { ServerPolicy, TlsPolicy } from "../server/environment.ts";
import type { ServerListen, ServerOptions, ServerTls } from "./options.ts";

export interface CheckedListen {
  /** As the network wants it: `""` for every address. */
  readonly host: string;
  readonly port: number;
  readonly implicitTls: boolean;
}

/** Throws `CONFIG_INVALID`. */
export function checkListen(options: ServerOptions): CheckedListen[] {
  const listen = options.listen ?? [{}];
  if (listen.length === 0 && options.ssh === undefined) throw wrong("there is no address to listen on");
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
      address: checkNamed(address),
      cidr: parseCidr(cidr),
    })),
    active: options.active ?? true,
    activePort: options.activePort === undefined ? undefined : checkWhole("active port", options.activePort, 1, 65_535),
    activePortOnly: options.activePortOnly ?? false,
    allowThirdParty: (options.allowThirdParty ?? []).map((cidr) => parseCidr(cidr)),
    atomicUploads: options.atomicUploads ?? false,
    opensLate: options.opensLate ?? false,
    ascii: options.ascii ?? "convert",
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

function checkNamed(address: string): string {
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

/** Throws `CONFIG_INVALID` when certificate and key cannot be used. */
export function tlsPolicy(tls: ServerTls | undefined, clock: Clock): TlsPolicy | undefined {
  if (tls === undefined) return undefined;
  // A client takes a ticket of TLS 1.3 once only (RFC 8446 appendix C.4), and Node gives no new one for it: curl would get
  // its first data connection and no other. A session of TLS 1.2 can be resumed as often as need be.
  const maxVersion = tls.requireReuse === true ? "TLSv1.2" : "TLSv1.3";
  // Once now, so that a wrong file is reported at the start and not to the first client.
  new TlsServer(tls, clock);
  return {
    open: () => {
      // Most sessions of a mixed server never ask for it.
      let server: TlsServer | undefined;
      return {
        secure: (connection, signal, upload) => {
          server ??= new TlsServer(tls, clock, maxVersion);
          return server.secure(connection, signal, upload);
        },
      };
    },
    required: tls.required ?? false,
    requireReuse: tls.requireReuse ?? false,
  };
}
