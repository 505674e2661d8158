// lftp 4.9: passive with and without EPSV; active is always PORT over IPv4 (EPRT only over IPv6).
// It sends FEAT, AUTH TLS before USER, and where offered CLNT, LANG, OPTS UTF8, HOST, OPTS MLST; after an upload MFMT or
// two spellings of SITE UTIME. It has no APPE. All of them may be refused and do no harm.
import { patienceMs } from "../patience.ts";
import { type FrontMode, type FtpClient, type FtpTarget, type Operation, withDialogue } from "./ftp-client.ts";
import { type ClientResult, type RunOptions, runClient } from "./run-client.ts";

/** What makes it use each mode. */
export const modeSettings: Readonly<Partial<Record<FrontMode, string>>> = {
  epsv: "set ftp:passive-mode on; set ftp:prefer-epsv on",
  pasv: "set ftp:passive-mode on; set ftp:prefer-epsv off",
  port: "set ftp:passive-mode off",
};

/** Settings that make it fail soon instead of trying again for ever. */
const settings = [
  "set net:max-retries 1",
  `set net:timeout ${patienceMs / 2000}`,
  "set net:persist-retries 0",
  "set cmd:fail-exit on",
  "set xfer:clobber on",
  "set ftp:ssl-allow on", // its default: a refused AUTH must not stop it
].join("; ");

/** A script in lftp's language, with its debug output on standard error. */
export function runLftp(script: string, options?: RunOptions): Promise<ClientResult> {
  return runClient("lftp", ["--norc", "-d", "-c", `${settings}; ${script}`], options);
}

export const lftp: FtpClient = {
  name: "lftp",
  modes: ["epsv", "pasv", "port"],
  operations: ["list", "get", "get-ascii", "put", "put-ascii", "resume-get", "resume-put", "delete"],
  async run(target, mode, todo, options) {
    const modeSetting = modeSettings[mode];
    if (modeSetting === undefined) throw new Error(`lftp has no mode ${mode}`);
    const tls =
      target.ca === undefined
        ? []
        : ["set ftp:ssl-force on", "set ftp:ssl-protect-data on", `set ssl:ca-file ${quoted(target.ca)}`];
    const script = [modeSetting, ...tls, lftpOpen(target), ...todo.map(command)].join("; ");
    return withDialogue(await runLftp(script, options), /^---> (.+)/, /^<--- (\d{3}.*)/);
  },
};

export function lftpOpen(target: FtpTarget): string {
  return `open -u ${quoted(target.user)},${quoted(target.password)} -p ${target.port} ${target.host}`;
}

function command(operation: Operation): string {
  switch (operation.do) {
    case "list":
      return "ls";
    case "get":
      return `get ${quoted(operation.remote)} -o ${quoted(operation.local)}`;
    case "get-ascii":
      return `get -a ${quoted(operation.remote)} -o ${quoted(operation.local)}`;
    case "put":
      return `put ${quoted(operation.local)} -o ${quoted(operation.remote)}`;
    case "put-ascii":
      return `put -a ${quoted(operation.local)} -o ${quoted(operation.remote)}`;
    case "append":
      throw new Error("lftp has no append");
    case "resume-get":
      return `get -c ${quoted(operation.remote)} -o ${quoted(operation.local)}`;
    case "resume-put":
      return `put -c ${quoted(operation.local)} -o ${quoted(operation.remote)}`;
    case "delete":
      return `rm ${quoted(operation.remote)}`;
  }
}

/** Within double quotes a backslash takes the meaning of the next character away. */
export function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}
