// Which way the data connections are opened, and why: chosen by the user, or found out and remembered.
import type { Connection } from "../platform/network.ts";
import { type ErrorDetails, isSallyportError } from "../protocol/error.ts";
import type { ClientOptions, DataMode } from "./client-options.ts";

const requestedReasons: Readonly<Record<DataMode, string>> = {
  passive: "passive was asked for",
  active: "active was asked for",
  "default-port": "default-port was asked for",
};

export class ModeChoice {
  /** Found out by ourselves. */
  automatic = true;
  mode: DataMode = "passive";
  /** A sentence. */
  reason = "";
  /** EPSV until the server has refused it: it works with IPv6, and with NAT between. */
  passiveVerb: "EPSV" | "PASV" = "EPSV";
  /** Of the control connection at an SSH host, which does not report it: found out by what the server refuses. */
  learnedFamily: 6 | undefined;
  /** EPRT until the server has refused it. */
  activeVerb: "EPRT" | "PORT" = "EPRT";
  /** EPSV and EPRT over IPv4, as the user asked last; undefined: as the options say. */
  epsv4: boolean | undefined;
  /** A data connection was opened in this way already, so the next one may be arranged without waiting for each reply. */
  proven = false;
  /** What the user knows already. */
  reported = "";
  /** That came through whole. */
  transfers = 0;

  constructor(requested: "auto" | DataMode) {
    this.request(requested);
  }

  /** By the user, from the next transfer on. */
  request(requested: "auto" | DataMode): void {
    this.automatic = requested === "auto";
    if (requested === "auto") this.choose("passive", "passive first: it passes most firewalls");
    else this.choose(requested, requestedReasons[requested]);
  }

  /** By the user. What the server has refused is tried again. */
  requestEpsv4(on: boolean): void {
    this.epsv4 = on;
    this.proven = false;
    if (!on) return;
    this.passiveVerb = "EPSV";
    this.activeVerb = "EPRT";
  }

  /** By ourselves. */
  choose(mode: DataMode, reason: string): void {
    this.mode = mode;
    this.reason = reason;
    this.proven = false;
  }

  isOpened(): void {
    this.proven = true;
  }

  succeeded(): void {
    this.isOpened();
    this.transfers += 1;
  }

  /** What works in another session with the same server works here, where the same was asked for. */
  adopt(other: ModeChoice): void {
    const isSame = other.automatic === this.automatic && other.epsv4 === this.epsv4;
    if (!isSame || !other.proven || !(this.automatic || this.mode === other.mode)) return;
    const { mode, reason, passiveVerb, activeVerb, learnedFamily, proven } = other;
    Object.assign(this, { mode, reason, passiveVerb, activeVerb, learnedFamily, proven });
  }

  /** What was the way back from passive mode is no better: begin again. */
  failed(error: unknown): void {
    const first = this.automatic && this.mode === "active" && !this.proven;
    this.proven = false;
    if (!first || !isSallyportError(error)) return;
    const noData = error.details.reply === 425 || error.details.phase === "data";
    if (noData) this.choose("passive", `passive, because active mode failed as well: ${error.message}`);
  }
}

/** The user wants no EPSV and EPRT over IPv4. */
export function avoidsExtended({ modes, options }: { modes: ModeChoice; options: ClientOptions }): boolean {
  return !(modes.epsv4 ?? options.epsv4 ?? true);
}

/** On its way from the moment it was opened. The promises cause no unhandled rejection. */
export interface DataConnection extends AsyncDisposable {
  /** `passive`, `active`, …, with the address, for messages and traces. */
  readonly how: () => string;
  /** The server has been asked: in a way that is proven the transfer command may follow. Absent: at once. */
  readonly asked?: Promise<void>;
  /** The server has agreed, so that the transfer command may be sent. */
  readonly ready: Promise<unknown>;
  /** The connection, in the clear. With an active end it comes only after the transfer command. */
  readonly connection: Promise<Connection>;
  /** Of it, for errors. */
  readonly details: () => ErrorDetails;
  /** What a 425 may mean here. */
  readonly warning?: () => string | undefined;
}

/** The transfer command that a data connection is for. */
export interface DataCommand {
  readonly verb: string;
  /** For the wire. */
  readonly argument?: string;
  /** Begins messages. */
  readonly what: string;
}
