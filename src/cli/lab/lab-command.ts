// `sallyport lab`: its help, and from the command line to what is run.
import { scenarioNumbers } from "../../lab/scenario.ts";
import { definedProps } from "../../protocol/defined-props.ts";
import { usageError } from "../../text/usage-error.ts";
import type { OptionGroup } from "../command-line/option-table.ts";
import { Parser } from "../command-line/parser.ts";

export interface LabCommand {
  readonly kind: "lab";
  /** Numbers to run; none: list them all. */
  readonly numbers: readonly string[];
  /** All of them, one line each. */
  readonly all: boolean;
  /** Wait for Enter between the parts. */
  readonly step: boolean;
  /** File for a page of them, instead of the terminal. */
  readonly html?: string;
  /** With real programs in network namespaces. */
  readonly real: boolean;
}

interface ParsedLabOptions {
  readonly all?: boolean;
  readonly step?: boolean;
  readonly html?: string;
  readonly real?: boolean;
}

export const labOptions: readonly OptionGroup<ParsedLabOptions>[] = [
  {
    title: "Options",
    rows: [
      { flags: "--all", key: "all", help: "run all twenty, with one line each" },
      {
        flags: "--step",
        key: "step",
        conflicts: ["all", "html"],
        help: "wait for Enter between the parts; needs a terminal",
      },
      { flags: "--html <FILE>", key: "html", help: "write one HTML page with figures, instead of text here" },
      { flags: "--real", key: "real", help: "real programs in network namespaces; needs Linux and root" },
    ],
  },
];

export function labParser(): Parser<ParsedLabOptions> {
  return new Parser(
    {
      usage: [
        "lab                          lists the scenarios, S01 to S20",
        "lab run S08... [--step]      runs them",
        "lab run --all                runs all, one line each",
        "lab run S08... --html FILE   writes a page, or with --all a booklet",
        "lab run S08 --real           the same with real programs",
      ],
      about: ["Every known way in which FTP fails through SSH, to watch: without Sallyport, and with it."],
      notes: [
        "Hosts, NAT, packet filters and TCP are simulated inside the program, in virtual time; FTP client,",
        "gateway and server are the real code. Nothing touches the network, and root is not needed.",
        "With --real nothing is simulated: OpenSSH, vsftpd or ProFTPD, nftables and this program run on a",
        "separate network, of which nothing is left afterwards.",
        "Shown are the connections that were made, refused or dropped, the client's dialogue, the calls that",
        "failed, and netstat of each host. Set NO_COLOR for no colours.",
        "Exit status: 0 when every outcome was as expected, 1 when one was not, 2 usage.",
      ],
    },
    labOptions,
  ).operands("[run]", "[number...]");
}

const usage =
  "Write sallyport lab, sallyport lab run S08 [--step] [--real], or sallyport lab run --all; or --html FILE for a page.";

/** Throws `USAGE_INVALID`. */
export function parseLab(args: readonly string[]): LabCommand {
  const parser = labParser().parseArgs(args);
  const { all = false, step = false, real = false, html } = parser.values;
  const [verb, ...named] = parser.args;
  if (verb !== undefined && verb !== "run") throw usageError(`lab cannot "${verb}"`, usage);
  const numbers = named.map(numberOf);
  const isAsked = all || step || real || html !== undefined;
  if (verb === undefined && isAsked) throw usageError("there is nothing to run", usage);
  if (verb === "run" && all === numbers.length > 0) {
    throw usageError(all ? "--all and a number cannot be used together" : "the scenario's number is missing", usage);
  }
  if (html !== undefined && real) throw usageError("--html draws simulated runs", "Leave --real out.");
  return { kind: "lab", numbers, all, step, real, ...definedProps({ html }) };
}

/** `8`, `s8` and `S08` are the same. */
function numberOf(word: string): string {
  const digits = /^[Ss]?(\d{1,2})$/.exec(word)?.[1];
  const number = `S${digits?.padStart(2, "0")}`;
  if (scenarioNumbers.includes(number)) return number;
  throw usageError(`there is no scenario "${word}"`, "They are S01 to S20; sallyport lab lists them.");
}
