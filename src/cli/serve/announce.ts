// What is printed of listeners and of an SSH server that have been opened: addresses, its key, what to type.
import { hostname } from "node:os";
import { formatEndpoint } from "../../platform/endpoint.ts";
import { definedProps } from "../../protocol/defined-props.ts";
import { isLoopback, isUnspecified } from "../../protocol/ip-address.ts";
import type { OpenListener, Server } from "../../serve/options.ts";
import type { ServeCommand } from "./serve-command.ts";

/** Lines for standard output; one JSON object for programs. */
export function announceSsh(
  server: Server,
  command: ServeCommand,
  { leadsTo, listenFlag }: Pick<ListenerWords, "leadsTo" | "listenFlag"> = {},
): readonly string[] {
  const { ssh } = server;
  if (ssh === undefined) return [];
  const { url, host, port, hostKey, hostKeyFingerprint } = ssh;
  if (command.output.json) {
    return [
      JSON.stringify({
        event: "ssh-listening",
        url,
        host,
        port,
        hostKey,
        hostKeyFingerprint,
        ...definedProps({ files: leadsTo }),
      }),
    ];
  }
  const asked = command.options.ssh?.host ?? "127.0.0.1";
  const onlyHere = isLoopback(asked);
  const flag = leadsTo === undefined ? "--ssh" : listenFlag;
  const isEverywhere = asked === "" || asked === "*" || isUnspecified(asked);
  const target = `${command.users[0] ?? "NAME"}@${isEverywhere ? hostname() : host}`;
  const permitted = command.options.ssh?.permitOpen?.join(", ");
  return [
    `${url}${leadsTo === undefined ? "" : ` -> ${leadsTo}`}${onlyHere ? ` (this machine only unless ${flag} says otherwise)` : ""}`,
    `  host key        ${keyName(hostKey)} ${hostKeyFingerprint}`,
    ...(leadsTo === undefined
      ? [`  connects to     this FTP server${permitted === undefined ? " and nothing else" : `, ${permitted}`}`]
      : []),
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

export interface ListenerWords {
  /** The address that was to be listened on. */
  readonly asked?: string | undefined;
  /** The option that says so. */
  readonly listenFlag?: string;
  /** Where the files are, if not here. */
  readonly leadsTo?: string;
  readonly json?: boolean;
}

/** One line; one JSON object for programs. */
export function announceListener(listener: OpenListener, words: ListenerWords = {}): string {
  const { asked = "127.0.0.1", listenFlag = "--listen", leadsTo, json = false } = words;
  const { url, host, port } = listener;
  const isEverywhere = asked === "" || asked === "*" || isUnspecified(asked);
  const from = leadsTo === undefined ? "" : ` -> ${leadsTo}`;
  if (json) {
    const reach = isEverywhere ? "every-address" : isLoopback(asked) ? "this-machine" : "one-address";
    return JSON.stringify({ event: "listening", url, host, port, reach, ...definedProps({ files: leadsTo }) });
  }
  if (isEverywhere) {
    // The URL for others: the loopback address that programs get is good here alone.
    const scheme = url.slice(0, url.indexOf("://"));
    return `${scheme}://${formatEndpoint({ host: hostname(), port })}${from} (every address of this machine: others can connect)`;
  }
  return isLoopback(asked)
    ? `${url}${from} (this machine only unless ${listenFlag} says otherwise)`
    : `${url}${from} (others can connect)`;
}
