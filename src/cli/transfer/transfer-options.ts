// The options of the one-shot commands, in the order of their help.
import type { DataMode } from "../../client/client-options.ts";
import type { NameEncoding } from "../../protocol/client/name-bytes.ts";
import { limits } from "../../protocol/limits.ts";
import { nameEncoding } from "../command-line/name-encoding.ts";
import { emptyDraft, type OptionRow } from "../command-line/option-row.ts";
import { usageError } from "../command-line/usage-error.ts";
import { type ViaDraft, viaRows } from "../command-line/via-option.ts";

export type TransferVerb = "get" | "put" | "ls" | "cp" | "rm" | "mkdir" | "mv";

export interface TransferDraft extends ViaDraft {
  mode?: DataMode;
  explicitTls: boolean;
  tlsCa?: string;
  encoding?: NameEncoding;
  recursive: boolean;
  parents: boolean;
  sessions: number;
  retries: number;
  resume: boolean;
  verify: "size" | "hash" | "none";
  inPlace: boolean;
  times: boolean;
  throughHere: boolean;
  debug: boolean;
  explain: boolean;
}

export function emptyTransferDraft(): TransferDraft {
  return {
    ...emptyDraft(),
    explicitTls: false,
    recursive: false,
    parents: false,
    sessions: 1,
    retries: 0,
    resume: false,
    verify: "size",
    inPlace: false,
    times: true,
    throughHere: false,
    debug: false,
    explain: false,
  };
}

export interface TransferOption extends OptionRow<TransferDraft, "transfer"> {
  /** The commands that have it. Default all. */
  readonly verbs?: readonly TransferVerb[];
}

type Names = Pick<TransferOption, "short" | "long" | "values" | "verbs" | "more">;
type Switch =
  | "explicitTls"
  | "parents"
  | "recursive"
  | "resume"
  | "inPlace"
  | "throughHere"
  | "debug"
  | "explain"
  | "json"
  | "quiet";

function row(names: Names, help: string, apply: TransferOption["apply"]): TransferOption {
  return { ...names, group: "transfer", help, apply };
}

function turnOn(names: Names, name: Switch, help: string): TransferOption {
  return row(names, help, (draft) => {
    draft[name] = true;
  });
}

function mode(wish: DataMode, help: string): TransferOption {
  return row({ long: `--${wish}`, verbs: withData }, help, (draft) => {
    if (draft.mode !== undefined && draft.mode !== wish) {
      throw usageError(`--${draft.mode} and --${wish} cannot be used together`);
    }
    draft.mode = wish;
  });
}

function verification(long: string, wish: "hash" | "none", help: string, more: string): TransferOption {
  return row({ long, verbs: moving, more }, help, (draft) => {
    if (draft.verify !== "size" && draft.verify !== wish)
      throw usageError("--verify and --no-verify cannot be used together");
    draft.verify = wish;
  });
}

function wholeNumber(text: string, what: string, least: number, most: number): number {
  const value = /^[0-9]{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw usageError(`${what}: "${text}" is not a whole number from ${least} to ${most}`, `For example ${what} 4.`);
}

const moving: readonly TransferVerb[] = ["get", "put", "cp"];
/** Those that need a data connection. */
const withData: readonly TransferVerb[] = ["get", "put", "ls", "cp", "rm"];

export const transferOptions: readonly TransferOption[] = [
  turnOn({ short: "-r", verbs: withData }, "recursive", "directories with everything in them"),
  turnOn(
    { short: "-p", verbs: ["mkdir"], more: "The SSH server's port then stands in `--via`, or in the URL." },
    "parents",
    "directories above it too; one that is there is no error",
  ),
  row(
    { short: "-j", values: ["N"], verbs: moving, more: "A server that takes fewer sessions gets fewer." },
    "use N sessions in parallel (1)",
    (draft, value) => {
      draft.sessions = wholeNumber(value, "-j", 1, limits.clientSessionsMax);
    },
  ),
  turnOn(
    {
      long: "--resume",
      verbs: moving,
      more: "A part is resumed when its source is the same as before; a file that is there already is left alone ([what is compared](resume.md)).",
    },
    "resume",
    "resume after what is already there",
  ),
  row(
    { long: "--retry", values: ["N"], verbs: moving },
    "resume a broken transfer up to N times (0)",
    (draft, value) => {
      draft.retries = wholeNumber(value, "--retry", 0, 100);
    },
  ),
  verification(
    "--verify",
    "hash",
    "compare checksums, where the server offers any",
    "The strongest of what the server offers by HASH, XSHA512, XSHA256, XSHA1, XMD5, XCRC; the report says which. Where it offers none, only sizes are compared, and must agree. SFTP servers offer none: with `sftp://` the file is read once more, and its SHA-256 compared.",
  ),
  verification(
    "--no-verify",
    "none",
    "compare nothing, not even sizes",
    "For servers whose sizes are wrong. Without it a size that differs from a download's whole and confirmed data is reported, and the data counts.",
  ),
  row(
    {
      long: "--no-times",
      verbs: moving,
      more: "Without it a file gets the time of last change of its source: by MDTM, MFMT or SFTP, where the server has these.",
    },
    "leave files with the time of the transfer",
    (draft) => {
      draft.times = false;
    },
  ),
  turnOn(
    {
      long: "--in-place",
      verbs: ["put", "cp"],
      more: "For drop boxes that rename nothing, or take a file as soon as it is closed. FTP uploads are always written in place.",
    },
    "inPlace",
    "to sftp://: write the file itself, without a part",
  ),
  turnOn({ long: "--through-here", verbs: ["cp"] }, "throughHere", "do not ask the servers to send to each other"),
  mode("passive", "connect to the server for data (the default, as long as it works)"),
  mode("active", "let the server connect for data (PORT, EPRT)"),
  mode("default-port", "active without PORT, to the default data port"),
  row(
    {
      long: "--encoding",
      values: ["NAME"],
      more: "Without it bytes of a name that are not UTF-8 are shown as `\\xNN`, and `-r` leaves such a file out.",
    },
    "how the FTP server writes names: utf8 (default) or latin1",
    (draft, value) => {
      draft.encoding = nameEncoding(value);
    },
  ),
  turnOn({ long: "--tls" }, "explicitTls", "TLS for ftp:// too, by AUTH TLS; nothing is sent without it"),
  row(
    { long: "--tls-ca", values: ["FILE"] },
    "CA certificates to trust instead of the system's (PEM)",
    (draft, value) => {
      draft.tlsCa = value;
    },
  ),
  ...viaRows(
    "transfer",
    "With `sftp://` it is the last jump host, as with `-J`, and the options of ssh are for the host of the URL.",
  ),
  turnOn({ long: "--json" }, "json", "one JSON object per line on standard output"),
  turnOn({ short: "-q" }, "quiet", "show errors only"),
  turnOn({ short: "-d" }, "debug", "show the dialogue with the server, the password as XXXX"),
  turnOn({ long: "--explain" }, "explain", "say more about an error: why it happens, and in which scenario"),
];

/** Those that one command has. */
export function optionsOfVerb(verb: TransferVerb): readonly TransferOption[] {
  const rows = transferOptions.filter(({ verbs }) => verbs === undefined || verbs.includes(verb));
  // `mkdir -p` is what it is everywhere, and not a port.
  const own = new Set(rows.flatMap(({ verbs, short }) => (verbs === undefined || short === undefined ? [] : [short])));
  return rows.filter(({ verbs, short = "" }) => verbs !== undefined || !own.has(short));
}
