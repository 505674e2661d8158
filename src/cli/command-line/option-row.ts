// What one option is: the row from which the parser, --help and docs/reference/command-line.md are made.
import type { PortRange } from "../../platform/network.ts";
import type { BackMode, PassiveAddress, TunnelOptions } from "../../tunnel/options.ts";
import type { ForwardSpec } from "./forward-spec.ts";

export type LogFormat = "text" | "json";

/** What the options have said so far. */
export interface Draft {
  readonly forwards: ForwardSpec[];
  readonly identityFiles: string[];
  readonly sshOptions: string[];
  readonly passiveAddresses: PassiveAddress[];
  readonly allowThirdParty: string[];
  gatewayPorts: boolean;
  background: boolean;
  verbosity: number;
  quiet: boolean;
  compression: boolean;
  json: boolean;
  user?: string;
  port?: number;
  configFile?: string;
  jump?: string;
  family?: 4 | 6;
  transport?: NonNullable<TunnelOptions["transport"]>;
  back?: BackMode;
  backAddress?: string;
  passivePorts?: PortRange;
  keepaliveMs?: number;
  removeAborted?: boolean;
  noCommand?: boolean;
  checkUser?: boolean;
  sessionsMax?: number;
  /** Present: trace. `file` absent: to standard error. */
  trace?: { readonly file?: string };
  log?: LogFormat;
}

export function emptyDraft(): Draft {
  return {
    forwards: [],
    identityFiles: [],
    sshOptions: [],
    passiveAddresses: [],
    allowThirdParty: [],
    gatewayPorts: false,
    background: false,
    verbosity: 0,
    quiet: false,
    compression: false,
    json: false,
  };
}

export type OptionGroup = "forwarding" | "ssh" | "ftp" | "output" | "accepted" | "refused";

/** One option. Either `short` or `long` is there, or both. */
export interface OptionRow<D = Draft, Group = OptionGroup> {
  /** With its dash: `-L`. */
  readonly short?: string;
  /** With its dashes: `--trace`. */
  readonly long?: string;
  /** Names of the values: none for a switch. */
  readonly values?: readonly string[];
  /** The value may be left out. */
  readonly optional?: true;
  readonly group: Group;
  /** One line for --help. */
  readonly help: string;
  /** What else the reference page says. */
  readonly more?: string;
  /** Takes what was given into the draft, or throws a usage error. A value that is not there is `""`. */
  readonly apply: (draft: D, value: string, second: string) => void;
}

/** What of a row its spelling is made from. */
export type Spelled = Pick<OptionRow, "short" | "long" | "values" | "optional">;

/** `-p PORT`, `--trace [FILE]`: how help and reference write an option. */
export function spelling(row: Spelled): string {
  const names = [row.short, row.long].filter((name) => name !== undefined).join(", ");
  const values = (row.values ?? []).map((value) => (row.optional ? `[${value}]` : value));
  return [names, ...values].join(" ");
}
