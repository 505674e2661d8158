// What is said of a listener that has been opened: where it is, and who can connect.
import { hostname } from "node:os";
import { formatEndpoint } from "../../platform/endpoint.ts";
import { isLoopback, isUnspecified } from "../../protocol/ip-address.ts";
import type { OpenListener } from "../../serve/options.ts";

/** One line; `asked`: the address that was to be listened on. One JSON object for programs. */
export function announceListener(listener: OpenListener, asked = "127.0.0.1", json = false): string {
  const { url, host, port } = listener;
  const isEverywhere = asked === "" || asked === "*" || isUnspecified(asked);
  if (json) {
    const reach = isEverywhere ? "every-address" : isLoopback(asked) ? "this-machine" : "one-address";
    return JSON.stringify({ event: "listening", url, host, port, reach });
  }
  if (isEverywhere) {
    // The URL for others: the loopback address that is told to programs is good here alone.
    const scheme = url.slice(0, url.indexOf("://"));
    return `${scheme}://${formatEndpoint({ host: hostname(), port })} (every address of this machine: others can connect)`;
  }
  return isLoopback(asked)
    ? `${url} (this machine only unless --listen says otherwise)`
    : `${url} (others can connect)`;
}
