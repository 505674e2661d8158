// What was said on one control connection, and whether every command was answered exactly once and in order.
import type { Reply } from "../../src/protocol/reply.ts";

type Said = { readonly from: "client"; readonly line: string } | { readonly from: "server"; readonly reply: Reply };

interface Pending {
  readonly line: string;
  readonly verb: string;
}

const transfers = new Set(["RETR", "STOR", "APPE", "STOU", "LIST", "NLST", "MLSD"]);
/** May be answered while a transfer runs. */
const overtaking = new Set(["NOOP", "STAT", "ABOR", "QUIT"]);

/** Final replies that say yes. A 4yz or 5yz may answer anything. */
const yes: Readonly<Record<string, readonly number[]>> = {
  NOOP: [200],
  PWD: [257],
  SYST: [215],
  TYPE: [200],
  MODE: [200],
  STAT: [211, 212, 213],
  FEAT: [211],
  SIZE: [213],
  PASV: [227],
  EPSV: [229],
  PORT: [200],
  EPRT: [200],
  ABOR: [225, 226],
  QUIT: [221],
  USER: [331, 230],
  PASS: [230, 202],
  REST: [350],
  ALLO: [200, 202],
  MLST: [250],
  CWD: [250],
  OPTS: [200],
  HELP: [211, 214],
  SITE: [200, 202, 211, 214],
  LPSV: [228],
};

export class Conversation {
  readonly #said: Said[] = [];
  /** Replies that SIZE must get, by its line. */
  readonly #sizes: ReadonlyMap<string, number>;

  constructor(sizes: readonly number[]) {
    this.#sizes = new Map(sizes.map((size, index) => [`SIZE /file-${index}`, size]));
  }

  said(line: string): void {
    if (line === "") return; // no command, and not answered
    this.#said.push({ from: "client", line });
  }

  heard(reply: Reply): void {
    this.#said.push({ from: "server", reply });
  }

  /** `isComplete`: the client waited for the last reply, and nothing was in its way. */
  faults(isComplete: boolean): string[] {
    const faults: string[] = [];
    // One would come of another.
    const first = (text: string): void => void (faults.length === 0 && faults.push(text));
    const pending: Pending[] = [{ line: "(the greeting)", verb: "" }];
    let isOver = false;
    for (const said of this.#said) {
      if (said.from === "client") {
        const verb = /^[A-Za-z]+/.exec(said.line)?.[0].toUpperCase() ?? "?";
        pending.push({ line: said.line, verb });
        continue;
      }
      const { code, lines } = said.reply;
      if (isOver) first(`after the last reply came ${lines.join(" | ")}`);
      else if (code === 421) isOver = true;
      else {
        const fault = this.#match(pending, code, lines.join(" | "));
        if (fault !== undefined) first(fault);
        isOver = code === 221;
      }
    }
    const left = pending.map(({ line }) => line);
    if (isComplete && left.length > 0) first(`not answered: ${left.join(", ")}`);
    return faults;
  }

  #match(pending: Pending[], code: number, text: string): string | undefined {
    const [head] = pending;
    if (head === undefined) return `nobody asked for ${text}`;
    if (answers(head, code)) {
      if (code >= 200) pending.shift();
      const size = this.#sizes.get(head.line);
      return size === undefined || code !== 213 || text === `213 ${size}` ? undefined : `${head.line} got ${text}`;
    }
    const ahead = transfers.has(head.verb)
      ? pending.findIndex((one) => overtaking.has(one.verb) && answers(one, code))
      : -1;
    if (ahead < 0) return `${head.line.slice(0, 80)} got ${text}`;
    pending.splice(ahead, 1);
    return undefined;
  }
}

function answers({ verb }: Pending, code: number): boolean {
  if (code >= 400) return true;
  if (verb === "") return code === 220;
  // A second 1yz is no separate answer; some servers say one when it begins and one when it goes on.
  if (transfers.has(verb)) return code < 200 || code === 226 || code === 250;
  return yes[verb]?.includes(code) ?? false;
}
