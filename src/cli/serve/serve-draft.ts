// What the options of `sallyport serve` have said so far.
import type { PortRange } from "../../platform/network.ts";
import type { ServerListen } from "../../serve/options.ts";
import type { LogFormat, OptionRow } from "../command-line/option-row.ts";

export interface ServeDraft {
  readonly listen: ServerListen[];
  readonly users: string[];
  readonly passiveAddresses: { readonly address: string; readonly cidr: string }[];
  readonly allowThirdParty: string[];
  passwordFile?: string;
  anonymous?: "read" | "write";
  passivePorts?: PortRange;
  active: boolean;
  activePort?: number;
  activePortOnly: boolean;
  atomicUploads: boolean;
  sync: boolean;
  certificate?: string;
  key?: string;
  requireTls: boolean;
  requireReuse: boolean;
  sessionsMax?: number;
  sessionsPerAddressMax?: number;
  idleMs?: number;
  loginMs?: number;
  dataStallMs?: number;
  verbosity: number;
  quiet: boolean;
  json: boolean;
  log?: LogFormat;
  trace?: { readonly file?: string };
}

export function emptyServeDraft(): ServeDraft {
  return {
    listen: [],
    users: [],
    passiveAddresses: [],
    allowThirdParty: [],
    active: true,
    activePortOnly: false,
    atomicUploads: false,
    sync: true,
    requireTls: false,
    requireReuse: false,
    verbosity: 0,
    quiet: false,
    json: false,
  };
}

export type ServeGroup = "Listening" | "Users" | "Data connections" | "Files" | "TLS" | "Limits" | "Output";

export type ServeRow = OptionRow<ServeDraft, ServeGroup>;
