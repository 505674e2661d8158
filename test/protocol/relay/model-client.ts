// What a client may rightly expect of the replies that it gets, whoever stands between it and the server.

interface Asked {
  readonly line: string;
  readonly verb: string;
  underWay: boolean;
}

/** Answered by the gateway itself, with a reply that quotes nothing. */
const answeredHere = /^(PASV|EPSV|LPSV|PORT|EPRT|AUTH|PROT| .*)$/;
const transfers = /^(RETR|LIST|STOR)$/;
const overtakers = /^(ABOR|NOOP|STAT)$/;

/** Checks each reply as it comes; throws on the first that is wrong. */
export class ReplyChecker {
  readonly #asked: Asked[] = [{ line: "greeting", verb: "greeting", underWay: false }];
  /** Transfers that were answered with 226, by their command line. */
  readonly confirmed: string[] = [];

  get waiting(): readonly string[] {
    return this.#asked.map(({ line }) => line);
  }

  ask(line: string): void {
    this.#asked.push({ line, verb: line.startsWith(" ") ? line : (line.split(" ")[0] as string), underWay: false });
  }

  readonly reply = (text: string): void => {
    const code = Number(text.slice(0, 3));
    const quoted = /^\d{3} <([^>]*)>/.exec(text)?.[1];
    const [head] = this.#asked;
    if (head === undefined) throw new Error(`"${text}" answers nothing`);
    if (code === 421) throw new Error(`the session ended: ${text}`);
    if (code < 200) this.#preliminary(head, quoted, text);
    else this.#final(head, code, quoted, text);
  };

  #preliminary(head: Asked, quoted: string | undefined, text: string): void {
    if (!transfers.test(head.verb) || quoted !== head.line) throw new Error(`"${text}" is not for "${head.line}"`);
    head.underWay = true;
  }

  #final(head: Asked, code: number, quoted: string | undefined, text: string): void {
    const index = this.#indexOf(head, code, quoted);
    if (index === -1) throw new Error(`"${text}" is out of its turn, waiting: ${this.waiting.join(", ")}`);
    const [asked] = this.#asked.splice(index, 1);
    if (code === 226 && transfers.test(asked?.verb ?? "")) this.confirmed.push(asked?.line as string);
  }

  #indexOf(head: Asked, code: number, quoted: string | undefined): number {
    if (quoted === undefined) {
      if (transfers.test(head.verb)) return code === 425 || code === 426 ? 0 : -1;
      // A server may leave out its reply to ABOR, or to what it ends.
      const own = head.verb === "ABOR" ? code === 226 : answeredHere.test(head.verb);
      return own || head.verb === "greeting" ? 0 : -1;
    }
    if (quoted === head.line && !answeredHere.test(head.verb)) return 0;
    const next = this.#asked[1];
    return head.underWay && next !== undefined && overtakers.test(next.verb) && quoted === next.line ? 1 : -1;
  }
}
