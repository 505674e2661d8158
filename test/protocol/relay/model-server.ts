// An honest FTP server as a model: answers every command exactly once and in order, each reply quoting its command.

/** What kind of server: which ways to a data connection it knows, and whether it reads commands during a transfer. */
export interface ServerKind {
  readonly epsv: boolean;
  readonly pasv: boolean;
  readonly readsDuringTransfer: boolean;
  /** Whether it answers whatever else it reads then, as pyftpdlib does. */
  readonly answersDuringTransfer: boolean;
  /** Whether a download whose data connection broke has no final reply when ABOR waits to be read, as at Pure-FTPd. */
  readonly leavesOutBroken: boolean;
}

export interface ServerTransfer {
  readonly line: string;
  readonly direction: "download" | "upload";
  /** Where the data connection is: our passive port, or the address we were told. */
  readonly address: string;
  data: "awaited" | "open" | "ended" | "broken";
}

const finalCodes: ReadonlyMap<string, number> = new Map([
  ["NOOP", 200],
  ["TYPE", 200],
  ["STAT", 211],
  ["SIZE", 213],
  ["PWD", 257],
  ["MKD", 257],
  ["REST", 350],
  ["REIN", 502],
  ["FOO", 500],
]);

const quote = (code: number, line: string, text = ""): string => `${code} <${line}>${text}`;

export class ModelServer {
  readonly #kind: ServerKind;
  readonly #say: (reply: string) => void;
  readonly #commands: string[] = [];
  #greeted = false;
  #loggedIn = false;
  #leftOut = false;
  #portLast = 50_000;
  /** Where the next data connection is agreed on. */
  #address: string | undefined;
  transfer: ServerTransfer | undefined;
  /** Uploads that this server takes for complete. */
  readonly stored = new Set<string>();

  constructor(kind: ServerKind, say: (reply: string) => void) {
    this.#kind = kind;
    this.#say = say;
  }

  readonly take = (line: string): void => {
    this.#commands.push(line);
  };

  /** It listens there now. */
  isListeningAt(port: number): boolean {
    return [this.#address, this.transfer?.data === "awaited" ? this.transfer.address : undefined].includes(
      String(port),
    );
  }

  /** What it may do next, each one step. */
  steps(): (() => void)[] {
    if (!this.#greeted) return [() => this.#greet()];
    const { transfer } = this;
    const [line] = this.#commands;
    const steps: (() => void)[] = [];
    if (transfer?.data === "open" && transfer.direction === "download") steps.push(() => this.#endDownload(transfer));
    const isFull = transfer?.line.includes(" quota") === true;
    if (transfer?.data === "open" && isFull) steps.push(() => this.#finish(552));
    if (transfer?.data === "ended") steps.push(() => this.#finish(isFull ? 552 : 226));
    if (transfer?.data === "broken") steps.push(() => this.#break(transfer));
    if (line === undefined) return steps;
    const { readsDuringTransfer, answersDuringTransfer } = this.#kind;
    const readsNow =
      transfer === undefined ||
      (readsDuringTransfer && /^(ABOR|NOOP|STAT)/.test(line)) ||
      (answersDuringTransfer && !/^(RETR|STOR|LIST)/.test(line));
    if (readsNow) steps.push(() => this.#obey(this.#commands.shift() as string));
    return steps;
  }

  /** What it does when nothing else happens for a long time. */
  giveUp(): boolean {
    if (this.transfer?.data !== "awaited") return false;
    this.#finish(425);
    return true;
  }

  #greet(): void {
    this.#greeted = true;
    this.#say("220 ready");
  }

  #endDownload(transfer: ServerTransfer): void {
    transfer.data = "ended";
  }

  #break({ direction }: ServerTransfer): void {
    this.#leftOut = this.#kind.leavesOutBroken && direction === "download" && this.#commands[0] === "ABOR";
    if (this.#leftOut) this.transfer = undefined;
    else this.#finish(426);
  }

  #finish(code: number): void {
    const { transfer } = this;
    this.transfer = undefined;
    if (transfer === undefined) return;
    if (code === 226 && transfer.direction === "upload") this.stored.add(transfer.line);
    this.#say(quote(code, transfer.line));
  }

  #obey(line: string): void {
    const [verb = "", argument = ""] = line.split(" ", 2);
    if (verb === "USER") this.#say(quote(argument === "root" ? 530 : 331, line));
    else if (verb === "PASS") this.#logIn(line);
    else if (!this.#loggedIn) this.#say(quote(530, line));
    else if (verb === "EPSV" || verb === "PASV") this.#passive(line);
    else if (verb === "PORT" || verb === "EPRT") {
      this.#address = argument;
      this.#say(quote(200, line));
    } else if (/^(RETR|LIST|STOR)$/.test(verb)) this.#begin(line, verb, argument);
    else if (verb === "ABOR") this.#abort(line);
    else if (argument.startsWith("missing")) this.#say(quote(550, line));
    else this.#say(quote(finalCodes.get(verb) ?? 250, line));
  }

  #logIn(line: string): void {
    this.#loggedIn = true;
    this.#say(quote(230, line));
  }

  #passive(line: string): void {
    if (!(line === "EPSV" ? this.#kind.epsv : this.#kind.pasv)) {
      this.#say(quote(500, line));
      return;
    }
    this.#portLast += 1;
    this.#address = String(this.#portLast);
    const spelled = `${this.#portLast >> 8},${this.#portLast & 255}`;
    this.#say(
      line === "EPSV" ? quote(229, line, ` (|||${this.#portLast}|)`) : quote(227, line, ` (10,0,0,1,${spelled})`),
    );
  }

  #begin(line: string, verb: string, name: string): void {
    if (name.startsWith("missing")) this.#say(quote(550, line));
    else if (this.#address === undefined) this.#say(quote(425, line));
    else {
      const direction = verb === "STOR" ? "upload" : "download";
      this.transfer = { line, direction, address: this.#address, data: "awaited" };
      this.#address = undefined;
      this.#say(quote(150, line));
    }
  }

  #abort(line: string): void {
    const running = this.transfer !== undefined || this.#leftOut;
    this.#leftOut = false;
    this.#finish(426);
    this.#say(quote(running ? 226 : 225, line));
  }
}
