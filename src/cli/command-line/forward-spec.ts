// The value of -L and its kin, in every way that ssh(1) spells it.

import { ipFamily } from "../../protocol/ip-address.ts";
import { readPort } from "../../text/read-port.ts";
import { usageError } from "../../text/usage-error.ts";
import { isHostName } from "./values.ts";

/** One -L. `bind` is absent where none was written, and `*` for every address. */
export interface ForwardSpec {
  readonly bind?: string;
  /** 0 beside `socket`. */
  readonly port: number;
  /** A Unix socket's path. */
  readonly socket?: string;
  readonly host: string;
  readonly hostPort: number;
  /** TLS from the client's first byte. */
  readonly implicitTls?: boolean;
}

const shape = "[bind:]port:host:hostport";

/** Reads `[bind:]port:host:hostport`, the same with slashes, or `path:host:hostport`; IPv6 addresses in brackets. */
export function parseForward(value: string, flag = "-L"): ForwardSpec {
  const path = socketPath(value);
  if (path === undefined) return parsePorts(value, flag);
  const { host, hostPort } = parsePorts(`0${value.slice(path.length)}`, flag);
  return { socket: path, port: 0, host, hostPort };
}

/** As ssh has it, what has a slash in it before the first colon is a path. */
function socketPath(value: string): string | undefined {
  const [, path] = /^([^:[\]]*\/[^:]*):/.exec(value) ?? [];
  return path === undefined || splitSlashes(value) !== undefined ? undefined : path;
}

function parsePorts(value: string, flag: string): ForwardSpec {
  const text = `${flag} ${value}`;
  const fields = splitSlashes(value) ?? splitColons(value, text);
  if (fields.length < 3 || fields.length > 4) throw malformed(text, fields.length);
  const [bind, port = "", host = "", hostPort = ""] = fields.length === 4 ? fields : [undefined, ...fields];
  const checked = {
    port: readPort(port, `${text}: the port to listen on`, { free: true }),
    host: checkHost(host, text),
    hostPort: readPort(hostPort, `${text}: the FTP server's port`),
  };
  if (bind === undefined) return checked;
  return { bind: checkBind(bind, text), ...checked };
}

// ssh's older form for addresses with colons: 2001/::1/21, ::1/2001/ftp-host/21.
function splitSlashes(text: string): readonly string[] | undefined {
  const fields = text.split("/");
  const port = fields.length === 4 ? fields[1] : fields[0];
  const isPort = (field = ""): boolean => /^(?:[0-9]+|ftp)$/i.test(field);
  // A path may have a number in it, but does not end like a port.
  const mayBePath = text.startsWith("/") && !isPort(fields.at(-1));
  const isSlashForm = (fields.length === 3 || fields.length === 4) && isPort(port) && !mayBePath;
  return isSlashForm ? fields : undefined;
}

function splitColons(value: string, text: string): readonly string[] {
  const values: string[] = [];
  for (let rest: string | undefined = value; rest !== undefined; ) {
    const field: RegExpExecArray | null = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(.*))?$/s.exec(rest);
    if (field === null) throw malformed(text, 0);
    values.push(field[1] ?? field[2] ?? "");
    rest = field[3];
  }
  if (values.some((value) => value.includes("/"))) {
    throw usageError(
      `${text}: the FTP server cannot be a Unix socket, its data connections need TCP ports`,
      `Write ${shape}, or path:host:hostport for a Unix socket here.`,
    );
  }
  return values;
}

function checkHost(host: string, text: string): string {
  if (isHostName(host)) return host;
  throw usageError(
    `${text}: "${host}" is not a host name`,
    `Write ${shape}, for example -L 2001:ftp-host:21; IPv6 addresses go in brackets.`,
  );
}

function checkBind(bind: string, text: string): string {
  if (bind === "" || bind === "*") return "*";
  if (ipFamily(bind) !== undefined || bind.toLowerCase() === "localhost") return bind.toLowerCase();
  throw usageError(
    `${text}: "${bind}" is not an address of this machine`,
    "The bind address is an IP address, localhost, or * with -g.",
  );
}

function malformed(text: string, fields: number): Error {
  const hint =
    fields > 4
      ? "IPv6 addresses go in brackets: -L 2001:[2001:db8::7]:21."
      : "Write the port here, the FTP server and its port, for example -L 2001:ftp-host:21.";
  return usageError(`${text}: this is not ${shape}`, hint);
}
