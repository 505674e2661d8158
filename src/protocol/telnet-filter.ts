// Telnet on the control connection (RFC 854, RFC 1123 section 4.1.2.12): commands are taken out, options refused.
import { SallyportError } from "./error.ts";
import { limits } from "./limits.ts";

const IAC = 255;
const DONT = 254;
const DO = 253;
const WONT = 252;
const WILL = 251;
const SB = 250;
const SE = 240;

export interface TelnetSink {
  /** A byte of the line. 0xFF arrives as it was spelled: twice when doubled, once when bare. */
  data(byte: number): void;
  /** Bytes to be sent to the peer. */
  answer(bytes: Uint8Array): void;
  failure(error: SallyportError): void;
}

type State = "data" | "iac" | "option" | "subnegotiation" | "subnegotiation-iac";

/** Pushes each byte on to one of the sink's methods. Constant memory; answers are bounded by `negotiationBytesMax`. */
export class TelnetFilter {
  readonly #sink: TelnetSink;
  /** Refusals already sent, as `command * 256 + option`: RFC 854 forbids to answer what is no change. */
  readonly #refused: Set<number> = new Set();
  #state: State = "data";
  #command = 0;
  #subnegotiationBytes = 0;

  constructor(sink: TelnetSink) {
    this.#sink = sink;
  }

  /** Between two commands of Telnet. */
  get isIdle(): boolean {
    return this.#state === "data";
  }

  push(byte: number): void {
    if (this.#state === "data") this.#data(byte);
    else if (this.#state === "iac") this.#afterIac(byte);
    else if (this.#state === "option") this.#option(byte);
    else this.#subnegotiation(byte);
  }

  #data(byte: number): void {
    if (byte === IAC) this.#state = "iac";
    else this.#sink.data(byte);
  }

  #afterIac(byte: number): void {
    this.#state = "data";
    if (byte === IAC) {
      this.#sink.data(IAC);
      this.#sink.data(IAC);
    } else if (byte < SE) {
      // No Telnet command has such a number: a bare 0xFF, as curl writes it in file names.
      this.#sink.data(IAC);
      this.#sink.data(byte);
    } else if (byte >= WILL) {
      this.#command = byte;
      this.#state = "option";
    } else if (byte === SB) {
      this.#subnegotiationBytes = 0;
      this.#state = "subnegotiation";
    }
  }

  #option(option: number): void {
    this.#state = "data";
    const refusal = this.#command === DO ? WONT : this.#command === WILL ? DONT : undefined;
    const key = this.#command * 256 + option;
    if (refusal === undefined || this.#refused.has(key)) return;
    if ((this.#refused.size + 1) * 3 > limits.negotiationBytesMax) return;
    this.#refused.add(key);
    this.#sink.answer(Uint8Array.of(IAC, refusal, option));
  }

  /** Nothing was agreed, so there is nothing to understand; it is skipped up to IAC SE (RFC 855). */
  #subnegotiation(byte: number): void {
    this.#subnegotiationBytes += 1;
    if (this.#state === "subnegotiation-iac") this.#state = byte === SE ? "data" : "subnegotiation";
    else if (byte === IAC) this.#state = "subnegotiation-iac";
    if (this.#state === "data" || this.#subnegotiationBytes <= limits.negotiationBytesMax) return;
    this.#sink.failure(
      new SallyportError("LIMIT_LINE", `a Telnet subnegotiation is longer than ${limits.negotiationBytesMax} bytes`),
    );
  }
}
