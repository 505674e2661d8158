// `sallyport demo`: its help, and from the command line to what is shown.
import type { OptionGroup } from "../command-line/option-table.ts";
import { Parser } from "../command-line/parser.ts";

export interface DemoCommand {
  readonly kind: "demo";
  /** End after the show, on a terminal too. */
  readonly once: boolean;
  /** Show the dialogue of every transfer in every mode. */
  readonly whole: boolean;
  /** Show what was sent in the first transfer of each mode, and wait for Enter between the parts. */
  readonly step: boolean;
}

type ParsedDemoOptions = Omit<DemoCommand, "kind">;

export const demoOptions: readonly OptionGroup<ParsedDemoOptions>[] = [
  {
    title: "Options",
    rows: [
      { flags: "--once", key: "once", help: "end after the show, without waiting for your own client" },
      { flags: "--step", key: "step", help: "show each mode by itself, and wait for Enter between the parts" },
      { flags: "-v", key: "whole", help: "show the dialogue of every transfer in every mode" },
    ],
  },
];

export function demoParser(): Parser<ParsedDemoOptions> {
  return new Parser(
    {
      usage: ["demo [--once] [--step] [-v]"],
      about: ["Shows why FTP fails through ssh -L, and every mode through Sallyport, on this machine alone."],
      notes: [
        "The failure is run in a simulated network. Then an SSH server and two FTP servers run inside",
        "the program, on free ports of 127.0.0.1, with a few files in memory; every transfer goes through a",
        "tunnel and is compared byte by byte. On a terminal the tunnel then stays open for your own",
        "client, until Ctrl-C; elsewhere the demo ends. No other program, configuration or network is",
        "needed; nothing is read from ~/.ssh, and nothing is left behind. Set NO_COLOR for no colours.",
        "Exit status: 0 when all transfers were right, also after Ctrl-C; 1 when one was not, 2 usage.",
      ],
    },
    demoOptions,
  );
}

/** Throws `USAGE_INVALID`. */
export function parseDemo(args: readonly string[]): DemoCommand {
  return { kind: "demo", once: false, whole: false, step: false, ...demoParser().parseArgs(args).values };
}
