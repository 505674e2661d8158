// What the options of `sallyport serve` have said so far.
import type { PortRange } from "../../platform/network.ts";
import type { ServerListen } from "../../serve/options.ts";
import type { ServerSsh } from "../../serve/ssh/ssh-options.ts";
import type { LogFormat, OptionRow } from "../command-line/option-row.ts";

type Writable<T> = { -readonly [K in keyof T]: T[K] };

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
  withSsh: boolean;
  readonly ssh: Writable<ServerSsh>;
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
    withSsh: false,
    ssh: {},
    requireTls: false,
    requireReuse: false,
    verbosity: 0,
    quiet: false,
    json: false,
  };
}

export type ServeGroup = "Listening" | "Users" | "Data connections" | "Files" | "TLS" | "SSH" | "Limits" | "Output";

export type ServeRow = OptionRow<ServeDraft, ServeGroup>;
