// [user@]host and ssh://[user@]host[:port], as ssh(1) reads them.

import { isSshUser } from "../../ssh/ssh-settings.ts";
import { readPort } from "../../text/read-port.ts";
import { usageError } from "../../text/usage-error.ts";
import { isHostName } from "./values.ts";

export interface Destination {
  readonly host: string;
  readonly user?: string;
  readonly port?: number;
}

/** Reads where the SSH server is. Refuses what ssh would take for an option or hand to a shell. */
export function parseDestination(text: string): Destination {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme === "ssh") return parseUri(text);
  if (scheme !== undefined) {
    throw usageError(
      `"${text}" is not an SSH destination`,
      "Name the SSH server as [user@]host or ssh://[user@]host[:port]; the FTP server goes into -L.",
    );
  }
  const at = text.lastIndexOf("@");
  const host = text.slice(at + 1);
  const portAtTheEnd = /^([^:]+):([0-9]+)$/.exec(host);
  if (portAtTheEnd !== null) {
    throw usageError(`"${text}" has a port in it`, `ssh's way is -p ${portAtTheEnd[2]} ${portAtTheEnd[1]}.`);
  }
  return { host: checkHost(host, text), ...(at < 0 ? {} : { user: checkUser(text.slice(0, at), text) }) };
}

function parseUri(text: string): Destination {
  const body = text.slice("ssh://".length).replace(/\/$/, "");
  const at = body.lastIndexOf("@");
  const [, bracketed, name, port] = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(.*))?$/.exec(body.slice(at + 1)) ?? [];
  return {
    host: checkHost(bracketed ?? name ?? "", text),
    ...(at < 0 ? {} : { user: checkUser(decode(body.slice(0, at), text), text) }),
    ...(port === undefined || port === "" ? {} : { port: readPort(port, text) }),
  };
}

function decode(user: string, text: string): string {
  try {
    return decodeURIComponent(user);
  } catch {
    throw usageError(`"${text}" has a broken % in it`, "In a URI a percent sign is written %25.");
  }
}

function checkHost(host: string, text: string): string {
  const plain = /^\[(.*)\]$/.exec(host)?.[1] ?? host;
  if (isHostName(plain)) return plain;
  throw usageError(
    plain === "" ? `"${text}" names no host` : `"${plain}" is not a host name`,
    "The destination is [user@]host.",
  );
}

function checkUser(user: string, text: string): string {
  if (isSshUser(user)) return user;
  throw usageError(
    user === "" ? `"${text}" has no user before the @` : `"${user}" is not a user name`,
    "The destination is [user@]host.",
  );
}
