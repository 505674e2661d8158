// The first words that are commands, and no destination: how the rest is read, and what --help prints.
import { type BridgeCommand, bridgeParser, parseBridge } from "../bridge/bridge-command.ts";
import { type ToFtpCommand, toFtpParser } from "../bridge/to-ftp-command.ts";
import { type DemoCommand, demoParser, parseDemo } from "../demo/demo-command.ts";
import { type DoctorCommand, doctorParser, parseDoctor } from "../doctor/doctor-command.ts";
import { type ExplainCommand, explainParser, parseExplain } from "../doctor/explain-command.ts";
import { type FtpCommand, ftpParser, parseFtp } from "../ftp/ftp-command.ts";
import { type LabCommand, labParser, parseLab } from "../lab/lab-command.ts";
import { type PasswdCommand, parsePasswd, passwdParser } from "../serve/passwd-command.ts";
import { parseServe, type ServeCommand, serveParser } from "../serve/serve-command.ts";
import { parseTransfer, type TransferCommand, transferParser } from "../transfer/transfer-command.ts";
import { type TransferVerb, transferVerbs } from "../transfer/transfer-options.ts";
import { type TunnelCommand, tunnelParser } from "./tunnel-command.ts";

/** What a command line can be. */
export type ParsedLine =
  | TunnelCommand
  | ServeCommand
  | BridgeCommand
  | ToFtpCommand
  | PasswdCommand
  | DemoCommand
  | LabCommand
  | FtpCommand
  | DoctorCommand
  | ExplainCommand
  | TransferCommand
  | { readonly kind: "help"; readonly command: string }
  | { readonly kind: "version" };

interface Command {
  /** Reads the arguments behind it. Throws `USAGE_INVALID` or `POLICY_BIND`. */
  readonly parse: (args: readonly string[]) => ParsedLine;
  /** Has its help. */
  readonly parser: () => { helpText(): string };
}

const transfer = (verb: TransferVerb): readonly [string, Command] => [
  verb,
  { parse: (args) => parseTransfer(verb, args), parser: () => transferParser(verb) },
];

/** In the order of the documentation. */
export const commands: ReadonlyMap<string, Command> = new Map([
  ["serve", { parse: parseServe, parser: serveParser }],
  ["bridge", { parse: parseBridge, parser: bridgeParser }],
  ["passwd", { parse: parsePasswd, parser: passwdParser }],
  ["demo", { parse: parseDemo, parser: demoParser }],
  ["lab", { parse: parseLab, parser: labParser }],
  ["doctor", { parse: parseDoctor, parser: doctorParser }],
  ["explain", { parse: parseExplain, parser: explainParser }],
  ["ftp", { parse: parseFtp, parser: ftpParser }],
  ...transferVerbs.map(transfer),
]);

/** Those that take URLs. */
export const urlCommands: readonly string[] = transferVerbs;

/** All first words with a meaning; a host of such a name is written `user@help`. */
export const commandWords: readonly string[] = ["tunnel", ...commands.keys(), "help"];

/** The other way round has options of another kind, and help for them. */
export const toFtpTopic = "bridge --to-ftp";

/** What `--help` prints; of a tunnel where no command is named. No line is wider than 100 columns. */
export function helpText(command = "tunnel"): string {
  if (command === toFtpTopic) return toFtpParser().helpText();
  return (commands.get(command)?.parser() ?? tunnelParser()).helpText();
}
