// Between the TCP connection and the SSH server's identification (RFC 4253 section 4.2): what is there may be no SSH server.
import type { Clock } from "../platform/clock.ts";
import { SallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";
import { printable } from "../protocol/printable.ts";

/** The server may send lines before its identification; these are the first words of others: FTP and SMTP, HTTP, POP3, IMAP. */
const otherProtocols: readonly (readonly [RegExp, string])[] = [
  [/^(?:220|120|421|530|554)[ -]/, "an FTP or mail server"],
  [/^HTTP\/\d|^<(?:!doctype|html)/i, "a web server"],
  [/^(?:\+OK|-ERR)\b/, "a mail server (POP3)"],
  [/^\* (?:OK|BYE|PREAUTH)\b/, "a mail server (IMAP)"],
];

export interface BannerWaitOptions {
  readonly clock: Clock;
  /** `HOST:PORT`, for messages. */
  readonly server: string;
  /** How long to wait. Default `limits.sshBannerMs`. */
  readonly limitMs: number | undefined;
  /** Said after some seconds. */
  readonly notify: (line: string) => void;
  readonly fail: (error: SallyportError) => void;
}

/** Shows the user what is waited for, and gives up with `SSH_CONNECT`. */
export class BannerWait implements Disposable {
  readonly #options: BannerWaitOptions;
  #cancels: readonly (() => void)[] = [];
  #firstLine: string | undefined;

  constructor(options: BannerWaitOptions) {
    this.#options = options;
  }

  /** TCP is connected. */
  start(): void {
    const { clock, server, limitMs = limits.sshBannerMs, notify } = this.#options;
    this[Symbol.dispose]();
    this.#cancels = [
      clock.after(limits.sshBannerNoteMs, () =>
        notify(`Connected to ${server}, and waiting for its SSH identification: is it an SSH server?`),
      ),
      clock.after(limitMs, () =>
        this.#giveUp(
          `has sent no SSH identification in ${Math.round(limitMs / 1000)} s`,
          "Check host and port: an SSH server says at once what it is. ConnectTimeout says how long to wait.",
        ),
      ),
    ];
  }

  /** A line that came before the identification. */
  line(text: string): void {
    this.#firstLine ??= printable(text, 100);
    const other = otherProtocols.find(([pattern]) => pattern.test(text))?.[1];
    if (other !== undefined)
      this.#giveUp(`is not an SSH server but ${other}`, "Check host and port: this has to be the SSH server.");
  }

  /** The identification is here, or everything is over. */
  [Symbol.dispose](): void {
    for (const cancel of this.#cancels) cancel();
    this.#cancels = [];
  }

  #giveUp(what: string, hint: string): void {
    if (this.#cancels.length === 0) return;
    this[Symbol.dispose]();
    const { server, fail } = this.#options;
    const said = this.#firstLine === undefined ? "" : `; it says "${this.#firstLine}"`;
    fail(
      new SallyportError("SSH_CONNECT", `${server} ${what}${said}`, {
        details: { remote: server, phase: "handshake" },
        hint,
      }),
    );
  }
}
