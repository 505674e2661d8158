// `sallyport doctor`: its help, and from the command line to what is looked at.
import type { ProbedMode } from "../../doctor/facts.ts";
import { probedModes } from "../../doctor/facts.ts";
import { definedProps } from "../../protocol/defined-props.ts";
import { limits } from "../../protocol/limits.ts";
import { looksLikeUrl, parseFtpUrl } from "../../protocol/url/parse-ftp-url.ts";
import { usageError } from "../../text/usage-error.ts";
import type { OptionGroup } from "../command-line/option-table.ts";
import { Parser } from "../command-line/parser.ts";
import { each, first, oneOf, plainText, seconds } from "../command-line/values.ts";
import { type ParsedViaOptions, type Via, viaOf, viaRows } from "../command-line/via-option.ts";
import { rootsRow } from "../transfer/transfer-options.ts";

export interface DoctorCommand {
  readonly kind: "doctor";
  readonly host: string;
  readonly port?: number;
  readonly user?: string;
  readonly password?: string;
  readonly tls?: "explicit" | "implicit";
  readonly tlsCa?: string;
  readonly modes: readonly ProbedMode[];
  readonly allowPlaintextLogin: boolean;
  readonly json: boolean;
  readonly html?: string;
  readonly bundle?: string;
  /** The command line as it was typed. */
  readonly args: readonly string[];
  readonly timeoutMs: number;
  readonly idleMs?: number;
  readonly writeDirectory?: string;
  readonly thirdParty?: { readonly host: string; readonly port?: number };
  readonly via?: Via;
}

export interface ParsedDoctorOptions extends ParsedViaOptions {
  readonly login?: string;
  readonly tls?: "explicit" | "implicit";
  readonly tlsCa?: string;
  readonly modes?: readonly ProbedMode[];
  readonly allowPlaintextLogin?: boolean;
  readonly json?: boolean;
  readonly html?: string;
  readonly bundle?: string;
  readonly timeoutMs?: number;
  readonly idleMs?: number;
  readonly writeDirectory?: string;
  readonly thirdParty?: string;
}

export const doctorOptions: OptionGroup<ParsedDoctorOptions> = {
  title: "Options",
  rows: [
    { flags: "-u <USER>", key: "login", read: first(plainText), help: "log in as this user (anonymous)" },
    { flags: "--tls", key: "tls", set: "explicit", exclusive: true, help: "TLS, by AUTH TLS" },
    {
      flags: "--implicit-tls",
      key: "tls",
      set: "implicit",
      exclusive: true,
      help: "TLS from the first byte, on port 990",
    },
    rootsRow,
    {
      flags: "--mode <MODE>",
      key: "modes",
      read: each(oneOf(probedModes)),
      help: "EPSV, PASV, EPRT, PORT or default-port (repeatable; the first four)",
      more: "`default-port` sends neither PORT nor PASV, and gets two listings: the second shows how long TCP keeps the pair of ports.",
    },
    {
      flags: "--allow-plaintext-login",
      key: "allowPlaintextLogin",
      help: "send the password without TLS, directly, too",
      more: "Without it nobody logs in directly where the password could be read on the way; through SSH, with TLS, at a loopback address and as anonymous it is not needed.",
    },
    {
      flags: "--third-party <HOST[:PORT]>",
      key: "thirdParty",
      help: "would this server take files directly from that one?",
      more: "The same user logs in at both; one is sent the other's address, and nothing is transferred.",
    },
    {
      flags: "--idle <SECONDS>",
      key: "idleMs",
      read: first(seconds(1)),
      help: "leave a control connection idle for so long, and see whether it lives",
      more: "With --write an upload that takes as long, too: then data flow, and only the control connection is idle.",
    },
    {
      flags: "--write <DIR>",
      key: "writeDirectory",
      read: first(plainText),
      help: "store a small file in this directory of the server, read it back, remove it",
    },
    {
      flags: "--json",
      key: "json",
      help: "print the report as JSON",
      more: "Its shape is described in docs/reference/doctor.schema.json.",
    },
    {
      flags: "--html <FILE>",
      key: "html",
      read: first(plainText),
      help: "write the report as a page, with figures",
      more: "One file that loads nothing: the path, the findings, and the lab's figures of their scenarios.",
    },
    {
      flags: "--bundle <FILE>",
      key: "bundle",
      read: first(plainText),
      help: "write all that was seen, without secrets, for a bug report",
      more: "JSON, mode 0600. Passwords, passphrases, keys, tokens and the names of users are taken out, wherever they are repeated; names and addresses of hosts stay.",
    },
    {
      flags: "--timeout <SECONDS>",
      key: "timeoutMs",
      read: first(seconds(1)),
      help: "end after so long with what is known (60, and --idle on top)",
    },
    ...viaRows(),
  ],
};

export function doctorParser(): Parser<ParsedDoctorOptions> {
  return new Parser(
    {
      usage: ["doctor [options] [user@]ftp-host[:port]", "doctor [options] ftp://[user@]host[:port]"],
      about: ["Finds out why FTP fails from here, directly and through SSH, and says what helps."],
      notes: [
        "It logs in and asks for listings in each mode, and changes nothing but with --write. A tunnel or a forwarded port is",
        "looked at with sallyport doctor ftp://127.0.0.1:2121.",
        "Exit status: 0 all is well, 1 FTP works with warnings, 2 FTP cannot work from here (and usage),",
        "3 it could not be found out.",
      ],
      column: 34,
    },
    [doctorOptions],
  ).operands("[host]");
}

/** Throws `USAGE_INVALID`. */
export function parseDoctor(args: readonly string[]): DoctorCommand {
  const { values, args: operands } = doctorParser().parseArgs(args);
  const [place] = operands;
  if (place === undefined) throw usageError("the FTP host is missing", "Write sallyport doctor ftp-host.");
  const url = parseFtpUrl(looksLikeUrl(place) ? place : `ftp://${place}`);
  if (url.scheme === "sftp") throw usageError("the doctor is for FTP, not for SFTP", "Name an FTP server.");
  const { html, bundle } = values;
  const { login, tls, tlsCa, modes, allowPlaintextLogin = false, json = false, idleMs, writeDirectory } = values;
  const patience = idleMs === undefined ? 0 : idleMs * (writeDirectory === undefined ? 1 : 2);
  const { timeoutMs = limits.doctorMs + patience } = values;
  const other = values.thirdParty === undefined ? undefined : parseFtpUrl(`ftp://${values.thirdParty}`);
  const chosen = url.scheme === "ftps" ? "implicit" : tls;
  return {
    kind: "doctor",
    host: url.host,
    modes: modes ?? ["EPSV", "PASV", "EPRT", "PORT"],
    allowPlaintextLogin,
    json,
    args,
    timeoutMs,
    ...definedProps({
      thirdParty: other && { host: other.host, ...definedProps({ port: other.port }) },
      idleMs,
      writeDirectory,
      port: url.port,
      user: login ?? url.user,
      password: url.password?.reveal(),
      tls: chosen,
      tlsCa,
      html,
      bundle,
      via: viaOf(values),
    }),
  };
}
