// The value of --listen: a port, or an address and a port.
import { ipFamily } from "../../protocol/ip-address.ts";
import type { ServerListen } from "../../serve/options.ts";
import { parsePort } from "../command-line/port-number.ts";
import { usageError } from "../command-line/usage-error.ts";

/** `2121`, `192.0.2.7:2121`, `[::1]:2121`, `*:2121`, `localhost:2121`. */
export function parseListen(text: string, what: string, implicitTls: boolean): ServerListen {
  const [, bracketed, plain, port = ""] = /^(?:(?:\[([^\]]*)\]|([^:[\]]*)):)?([^:]*)$/.exec(text) ?? [];
  const host = bracketed ?? plain ?? "127.0.0.1";
  const isAddress = host === "" || host === "*" || host.toLowerCase() === "localhost" || ipFamily(host) !== undefined;
  if (!isAddress || text === "") {
    throw usageError(
      `${what}: "${text}" is not an address and a port`,
      `For example ${what} 2121 for this machine only, or ${what} *:2121 for every address; IPv6 goes in brackets.`,
    );
  }
  return { host, port: parsePort(port, what, { free: true }), implicitTls };
}
