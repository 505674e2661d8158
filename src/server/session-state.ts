// What a session remembers from one command to the next.

import type { FactName } from "../protocol/listing/facts-line.ts";
import type { LoginPhase } from "../protocol/server/admission.ts";
import { UnknownCommands } from "../protocol/unknown-commands.ts";
import type { Account } from "./account.ts";
import type { HashName } from "./checksum.ts";

export interface SessionState {
  phase: LoginPhase;
  user: string;
  host: string | undefined;
  account: Account | undefined;
  directory: string;
  type: "A" | "I";
  /** For the next transfer only (REST). */
  restart: number;
  /** For the next command only (RNFR). */
  renameFrom: string | undefined;
  facts: ReadonlySet<FactName>;
  hash: HashName;
  /** EPSV ALL was said (RFC 2428 section 4). */
  extendedOnly: boolean;
  /** PBSZ was said, which has to come before PROT (RFC 4217 section 9). */
  bufferSized: boolean;
  /** PROT P */
  protectedData: boolean;
  /** Something ended because of an ABOR that has not been answered yet. */
  aborted: boolean;
  loginFailures: number;
  readonly unknownCommands: UnknownCommands;
}

const defaults = {
  phase: "start",
  user: "",
  host: undefined,
  account: undefined,
  directory: "/",
  // RFC 959 section 3.1.1.1: ASCII is the default. Every client says TYPE I when it means it.
  type: "A",
  restart: 0,
  renameFrom: undefined,
  facts: new Set<FactName>(["type", "size", "modify", "perm", "unique", "unix.mode"]),
  hash: "SHA-256",
  extendedOnly: false,
  aborted: false,
} as const;

export function newState(): SessionState {
  return {
    ...defaults,
    bufferSized: false,
    protectedData: false,
    loginFailures: 0,
    unknownCommands: new UnknownCommands(),
  };
}

/** As just connected (REIN, AUTH); what was done wrong is not forgotten, nor the protection (RFC 4217 section 11). */
export function reinitialise(state: SessionState): void {
  Object.assign(state, defaults);
}
