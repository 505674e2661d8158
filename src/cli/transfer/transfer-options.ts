// The options of the one-shot commands, in the order of their help.
import type { DataMode } from "../../client/client-options.ts";
import type { NameEncoding } from "../../protocol/client/name-bytes.ts";
import { limits } from "../../protocol/limits.ts";
import { flagOf, type OptionRow } from "../command-line/option-table.ts";
import { nameEncoding, wholeNumber, wholeNumberOr } from "../command-line/values.ts";
import { type ParsedViaOptions, viaRows } from "../command-line/via-option.ts";

export const transferVerbs = ["get", "put", "ls", "cp", "rm", "mkdir", "mv"] as const;

export type TransferVerb = (typeof transferVerbs)[number];

/** What the prompt's command has as well. */
export interface ParsedClientOptions extends ParsedViaOptions {
  readonly mode?: DataMode;
  readonly encoding?: NameEncoding;
  /** File with roots to trust. */
  readonly tlsCa?: string;
  readonly debug?: boolean;
  readonly quiet?: boolean;
  /** Errors in their long form. */
  readonly explain?: boolean;
}

export interface ParsedTransferOptions extends ParsedClientOptions {
  /** AUTH TLS for `ftp://`. */
  readonly explicitTls?: boolean;
  readonly recursive?: boolean;
  readonly parents?: boolean;
  readonly sessions?: number | "auto";
  readonly retries?: number;
  readonly resume?: boolean;
  readonly verify?: "hash" | "none";
  readonly inPlace?: boolean;
  /** Files keep their times of last change. */
  readonly times?: boolean;
  readonly throughHere?: boolean;
  readonly json?: boolean;
}

export type TransferOption = OptionRow<ParsedTransferOptions> & {
  /** The commands that have it. Default all. */
  readonly verbs?: readonly TransferVerb[];
};

/** How data connections are opened. */
export const modeRows: readonly OptionRow<ParsedClientOptions>[] = [
  {
    flags: "--passive",
    key: "mode",
    set: "passive",
    exclusive: true,
    help: "connect to the server for data (the default, as long as it works)",
  },
  {
    flags: "--active",
    key: "mode",
    set: "active",
    exclusive: true,
    help: "let the server connect for data (PORT, EPRT)",
  },
  {
    flags: "--default-port",
    key: "mode",
    set: "default-port",
    exclusive: true,
    help: "active without PORT, to the default data port",
  },
];

export const rootsRow: OptionRow<Pick<ParsedClientOptions, "tlsCa">> = {
  flags: "--tls-ca <FILE>",
  key: "tlsCa",
  help: "CA certificates to trust instead of the system's (PEM)",
};

export const explainRow: OptionRow<ParsedClientOptions> = {
  flags: "--explain",
  key: "explain",
  help: "say more about an error: why it happens, and in which scenario",
};

/** Those that move files. */
export const movingVerbs: readonly TransferVerb[] = ["get", "put", "cp"];
/** Those that need a data connection. */
const withData: readonly TransferVerb[] = ["get", "put", "ls", "cp", "rm"];

export const transferOptions: readonly TransferOption[] = [
  { flags: "-r", verbs: withData, key: "recursive", help: "directories with everything in them" },
  {
    flags: "-p",
    verbs: ["mkdir"],
    key: "parents",
    help: "directories above it too; one that is there is no error",
    more: "The SSH server's port then stands in `--via`, or in the URL.",
  },
  {
    flags: "-j <N>",
    verbs: movingVerbs,
    key: "sessions",
    read: wholeNumberOr("auto", 1, limits.clientSessionsMax),
    help: "use N sessions in parallel, or auto (1; auto with -r)",
    more: `A server that takes fewer sessions gets fewer. \`auto\` begins with one, opens others when enough is waiting and the server lets it, up to ${limits.clientSessionsAuto}, and closes those that make nothing faster.`,
  },
  {
    flags: "--resume",
    verbs: movingVerbs,
    key: "resume",
    help: "resume after what is already there",
    more: "A part is resumed when its source is the same as before; a file that is there already is left alone ([what is compared](resume.md)).",
  },
  {
    flags: "--retry <N>",
    verbs: movingVerbs,
    key: "retries",
    read: wholeNumber(0, 100),
    help: "resume a broken transfer up to N times (0)",
  },
  {
    flags: "--verify",
    verbs: movingVerbs,
    key: "verify",
    set: "hash",
    exclusive: true,
    help: "compare checksums, where the server offers any",
    more: "The strongest of what the server offers by HASH, XSHA512, XSHA256, XSHA1, XMD5, XCRC; the report says which. Where it offers none, only sizes are compared, and must agree. SFTP servers offer none: with `sftp://` the file is read once more, and its SHA-256 compared.",
  },
  {
    flags: "--no-verify",
    verbs: movingVerbs,
    key: "verify",
    set: "none",
    exclusive: true,
    help: "compare nothing, not even sizes",
    more: "For servers whose sizes are wrong. Without it a size that differs from a download's whole and confirmed data is reported, and the data counts.",
  },
  {
    flags: "--no-times",
    verbs: movingVerbs,
    key: "times",
    help: "leave files with the time of the transfer",
    more: "Without it a file gets the time of last change of its source: by MDTM, MFMT or SFTP, where the server has these.",
  },
  {
    flags: "--in-place",
    verbs: ["put", "cp"],
    key: "inPlace",
    help: "to sftp://: write the file itself, without a part",
    more: "For drop boxes that rename nothing, or take a file as soon as it is closed. FTP uploads are always written in place.",
  },
  { flags: "--through-here", verbs: ["cp"], key: "throughHere", help: "do not ask the servers to send to each other" },
  ...modeRows.map((row) => ({ ...row, verbs: withData })),
  {
    flags: "--encoding <NAME>",
    key: "encoding",
    read: nameEncoding,
    help: "how the FTP server writes names: utf8 (default) or latin1",
    more: "Without it bytes of a name that are not UTF-8 are shown as `\\xNN`, and `-r` leaves such a file out.",
  },
  { flags: "--tls", key: "explicitTls", help: "TLS for ftp:// too, by AUTH TLS; nothing is sent without it" },
  rootsRow,
  ...viaRows(
    "With `sftp://` it is the last jump host, as with `-J`, and the options of ssh are for the host of the URL.",
  ),
  { flags: "--json", key: "json", help: "one JSON object per line on standard output" },
  { flags: "-q", key: "quiet", help: "show errors only" },
  { flags: "-d", key: "debug", help: "show the dialogue with the server, the password as XXXX" },
  explainRow,
];

/** Those that one command has. */
export function optionsOfVerb(verb: TransferVerb): readonly TransferOption[] {
  const rows = transferOptions.filter(({ verbs }) => verbs === undefined || verbs.includes(verb));
  // `mkdir -p` is what it is everywhere, and not a port.
  const own = new Set(rows.flatMap((row) => (row.verbs === undefined ? [] : [flagOf(row)])));
  return rows.filter((row) => row.verbs !== undefined || !own.has(flagOf(row)));
}
