// What is printed of listeners and of an SSH server that have been opened: addresses, its key, what to type.
import { hostname } from "node:os";
import { formatEndpoint } from "../../platform/endpoint.ts";
import { isLoopback, isUnspecified } from "../../protocol/ip-address.ts";
import type { OpenListener, Server } from "../../serve/options.ts";
import type { ServeCommand } from "./serve-command.ts";

/** Lines for standard output; one JSON object for programs. */
export function announceSsh(server: Server, command: ServeCommand): readonly string[] {
  const { ssh } = server;
  if (ssh === undefined) return [];
  const { url, host, port, hostKey, hostKeyFingerprint } = ssh;
  if (command.output.json) {
    return [JSON.stringify({ event: "ssh-listening", url, host, port, hostKey, hostKeyFingerprint })];
  }
  const asked = command.options.ssh?.host ?? "127.0.0.1";
  const onlyHere = isLoopback(asked);
  const isEverywhere = asked === "" || asked === "*" || isUnspecified(asked);
  const target = `${command.users[0] ?? "NAME"}@${isEverywhere ? hostname() : host}`;
  const permitted = command.options.ssh?.permitOpen?.join(", ");
  return [
    onlyHere ? `${url} (this machine only unless --ssh says otherwise)` : url,
    `  host key        ${keyName(hostKey)} ${hostKeyFingerprint}`,
    `  connects to     this FTP server${permitted === undefined ? " and nothing else" : `, ${permitted}`}`,
    ...tunnelLine(server, command, target, port),
    `  its files       sftp -P ${port} ${target}`,
    `  try the login   ssh -p ${port} ${target} true`,
  ];
}

/** A tunnel reads the control connection, so it needs a listener without TLS from the first byte, and no --require-tls. */
function tunnelLine(server: Server, command: ServeCommand, target: string, port: number): readonly string[] {
  const plain = server.listeners.find(({ url }) => url.startsWith("ftp:"));
  if (plain === undefined || command.requireTls) return [];
  const at = isLoopback(plain.host) ? "localhost" : plain.host;
  return [`  FTP through it  sallyport -L 2001:${at}:${plain.port} -p ${port} ${target}`];
}

/** As ssh asks about it. */
function keyName(hostKey: string): string {
  const type = hostKey.split(" ")[0] ?? "";
  return type
    .replace(/^ssh-/, "")
    .replace(/^ecdsa-.*/, "ecdsa")
    .toUpperCase();
}

/** One line; `asked`: the address that was to be listened on. One JSON object for programs. */
export function announceListener(listener: OpenListener, asked = "127.0.0.1", json = false): string {
  const { url, host, port } = listener;
  const isEverywhere = asked === "" || asked === "*" || isUnspecified(asked);
  if (json) {
    const reach = isEverywhere ? "every-address" : isLoopback(asked) ? "this-machine" : "one-address";
    return JSON.stringify({ event: "listening", url, host, port, reach });
  }
  if (isEverywhere) {
    // The URL for others: the loopback address that programs get is good here alone.
    const scheme = url.slice(0, url.indexOf("://"));
    return `${scheme}://${formatEndpoint({ host: hostname(), port })} (every address of this machine: others can connect)`;
  }
  return isLoopback(asked)
    ? `${url} (this machine only unless --listen says otherwise)`
    : `${url} (others can connect)`;
}
