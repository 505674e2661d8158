// TLS from the client (RFC 4217): AUTH, PBSZ, PROT and their kin are answered here, and what must not be read meanwhile.
import { argumentText, type Command } from "../command.ts";
import { ownEntry } from "../own-entry.ts";
import { makeReply, type Reply } from "../reply.ts";
import type { ControlConnections } from "./control-connections.ts";
import type { DownstreamTlsMode, RelayConfig } from "./messages.ts";
import { gatewayReply } from "./texts.ts";

/** `agreed`: AUTH TLS has been read, and is answered when all that came with it has been looked at. */
type State = "clear" | "agreed" | "handshake" | "secure";

/** RFC 4217 section 4; AUTH SSL means another thing (data encrypted unasked) and is gone since 2005. */
const mechanisms: ReadonlySet<string> = new Set(["TLS", "TLS-C"]);

const protectionLevels: Readonly<Record<string, readonly [code: number, text: string]>> = {
  P: [200, "PROT now Private."],
  C: [200, "PROT now Clear."],
  S: [536, "TLS protects data as a whole or not at all: PROT P or PROT C."],
  E: [536, "TLS protects data as a whole or not at all: PROT P or PROT C."],
};

/** Commands that carry secrets or lead to them. */
const needTls: ReadonlySet<string> = new Set(["USER", "PASS", "ACCT"]);

export class DownstreamTls {
  readonly #control: ControlConnections;
  readonly #mode: DownstreamTlsMode;
  readonly #isRequired: boolean;
  readonly #fail: (text: string) => void;
  #state: State;
  #bufferSized = false;
  #protectsData = false;

  /** `fail` ends the session. */
  constructor(control: ControlConnections, config: RelayConfig, fail: (text: string) => void) {
    this.#control = control;
    this.#mode = config.downstreamTls ?? "off";
    this.#isRequired = config.downstreamTlsRequired === true;
    this.#fail = fail;
    this.#state = this.#mode === "implicit" ? "secure" : "clear";
  }

  /** Nothing more may be read as a command. */
  get isBusy(): boolean {
    return this.#state === "agreed" || this.#state === "handshake";
  }

  /** What comes now is TLS, or was put there by somebody. */
  get isShaking(): boolean {
    return this.#state === "handshake";
  }

  get protectsData(): boolean {
    return this.#protectsData;
  }

  /** For FEAT. */
  get features(): readonly string[] {
    return this.#mode === "off" ? [] : ["AUTH TLS", "PBSZ", "PROT"];
  }

  /** Where TLS is demanded: the refusal of a login, or of a transfer, that does without. */
  refuse(verb: string, isTransfer: boolean): Reply | undefined {
    if (!this.#isRequired) return undefined;
    if (needTls.has(verb) && this.#state !== "secure") return gatewayReply("tlsFirst");
    return isTransfer && !this.#protectsData ? gatewayReply("protectionFirst") : undefined;
  }

  /** `begun`: USER has been sent, in the clear. */
  handle(command: Command, begun: boolean): void {
    const reply = this.#mode === "off" ? gatewayReply("tlsRefused", command.verb) : this.#answer(command, begun);
    if (reply !== undefined) this.#control.answer(command.verb, reply);
  }

  #answer(command: Command, begun: boolean): Reply | undefined {
    const argument = argumentText(command).trim().toUpperCase();
    if (command.verb === "AUTH") return this.#authenticate(argument, begun);
    if (command.verb === "CCC") return gatewayReply("clearingRefused");
    if (command.verb !== "PBSZ" && command.verb !== "PROT") return makeReply(502, `${command.verb} not implemented.`);
    if (this.#state !== "secure") return makeReply(503, "Send AUTH TLS first.");
    if (command.verb === "PBSZ") {
      this.#bufferSized = true;
      return makeReply(200, "PBSZ=0");
    }
    if (!this.#bufferSized) return makeReply(503, "Send PBSZ 0 first.");
    if (argument === "C" && this.#isRequired) return makeReply(534, "Data connections must be encrypted.");
    if (argument === "P" || argument === "C") this.#protectsData = argument === "P";
    return makeReply(...(ownEntry(protectionLevels, argument) ?? ([504, "PROT P or PROT C."] as const)));
  }

  #authenticate(mechanism: string, begun: boolean): Reply | undefined {
    if (this.#state !== "clear") return makeReply(503, "The connection is inside TLS already.");
    if (!mechanisms.has(mechanism)) return makeReply(504, "Only AUTH TLS is supported.");
    // What was sent in the clear may have been somebody else's (RFC 4217 section 11), and the server cannot forget it.
    if (begun) return makeReply(503, "AUTH TLS comes before USER: connect again.");
    this.#state = "agreed";
    return undefined;
  }

  /** After each input. `hasMore`: something stands behind AUTH in the clear (CVE-2011-1575). */
  proceed(hasMore: boolean): void {
    if (this.#state !== "agreed") return;
    if (hasMore) {
      this.injected();
      return;
    }
    this.#state = "handshake";
    this.#control.answer("AUTH", makeReply(234, "Proceed with negotiation."));
    this.#control.emit({ type: "secure-downstream" });
  }

  injected(): void {
    this.#fail("Data came after AUTH, outside of TLS. Goodbye.");
  }

  secured(): void {
    this.#state = "secure";
  }
}
