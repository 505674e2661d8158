// What the demo prints: pure, lines out.
import type { Evidence } from "../lab/evidence.ts";
import type { ModeRun } from "../lab/loopback/run-mode.ts";
import type { Run, Scenario } from "../lab/scenario.ts";
import { type Endpoint, formatEndpoint } from "../platform/endpoint.ts";
import type { TraceEvent } from "../platform/trace.ts";
import { escapeText } from "../text/escape-text.ts";
import { type Paint, paintCell } from "../text/paint.ts";
import { wrapText } from "../text/text-columns.ts";
import { TraceRenderer } from "../text/trace-renderer.ts";

/** Everybody's name and password: they protect nothing, since there is nothing. */
export const demoCredentials = { user: "demo", password: "demo" } as const;

export interface Look {
  /** Columns of the terminal; at least 40 and at most 120 are used. */
  readonly width: number;
  readonly paint: Paint;
}

/** Ports of this machine. */
export interface Ports {
  readonly tunnel: number;
  readonly ssh: number;
  readonly ftp: number;
}

/** What the trace leaves out: how things went away again, and what concerns no transfer. */
const unshown: ReadonlySet<TraceEvent["type"]> = new Set([
  "data.half-close",
  "data.close",
  "ssh.channel.close",
  "listener.close",
  "session.open",
  "session.close",
  "ssh.connecting",
  "ssh.connected",
]);

/** A table needs these columns; where there are fewer, each of its rows becomes a few lines. */
const tableWidth = 72;

export class Show {
  readonly #paint: Paint;
  readonly #width: number;

  constructor({ width, paint }: Look) {
    this.#paint = paint;
    this.#width = Math.min(Math.max(width, 40), 120);
  }

  /** `scenario`: the one that opens the demo. */
  opening({ number }: Scenario, isStepped: boolean): readonly string[] {
    return [
      this.#paint("title", "FTP through SSH: what fails, and what helps"),
      "",
      ...this.#wrap(`Here is ${number} of the twenty scenarios that "sallyport lab" has: what most people meet first.`),
      ...(isStepped ? ["", "Press Enter to continue."] : []),
      "",
    ];
  }

  failure({ number, title, why, plain }: Scenario, evidence: Evidence): readonly string[] {
    return this.#part("1. What fails", `${number}, ${title} (simulated)`, plain, evidence, why);
  }

  fix({ answer, sallyport }: Scenario, evidence: Evidence): readonly string[] {
    return this.#part(
      "2. What helps",
      "sallyport in place of ssh (real, on this machine)",
      sallyport,
      evidence,
      answer,
    );
  }

  /** `isDetailed`: each mode is shown by itself before the table. */
  modesOpening({ tunnel, ssh, ftp }: Ports, isDetailed: boolean): readonly string[] {
    const port = (number: number): string => `:${number}`.padEnd(6);
    return [
      this.#paint("title", "3. Every mode"),
      "",
      ...this.#wrap(
        "An SSH server and two FTP servers run inside this program, on 127.0.0.1. Each way of transferring files is " +
          "tried through the tunnel now: a listing, a download and an upload, compared byte by byte.",
      ),
      "",
      ...(this.#width < tableWidth
        ? []
        : [
            "  FTP client <---> sallyport <==== SSH ====> SSH server <---> FTP server",
            `                   ${port(tunnel)}                    ${port(ssh)}           ${port(ftp)}`,
            "",
          ]),
      ...(isDetailed
        ? [
            "  > to the server     < to the client",
            "  = data connection   - note",
            ...this.#wrap("*  sent by Sallyport itself, in place of what the other side sent", " ").map((line) =>
              this.#paint("own", line),
            ),
            "",
          ]
        : []),
    ];
  }

  /** One mode with what was sent; `why`: of the scenario that plain ssh makes of it. */
  mode(run: ModeRun, place: string, events: readonly TraceEvent[], why: string): readonly string[] {
    const { mode, steps, failure, lacking } = run;
    return [
      ...this.#wrap(`${place} ${mode.title}`).map((line) => this.#paint("title", line)),
      ...this.#trace(events),
      ...steps.flatMap(({ name, result }) => this.#checked(`${name}: ${escapeText(result)}`)),
      ...(failure === undefined ? [] : this.#bad(`FAILED  ${failure.step}: ${failure.error.message}`)),
      ...(lacking === undefined ? [] : this.#wrap(`not on this system: ${lacking}`, "  ")),
      ...this.#bad(`With plain ssh -L (${mode.scenario}): ${mode.error}`),
      ...this.#wrap(why, "    "),
      "",
    ];
  }

  /** All of them, and what plain ssh makes of each. */
  table(runs: readonly ModeRun[]): readonly string[] {
    if (this.#width < tableWidth) return [...runs.flatMap((run) => this.#row(run)), "", ...this.#tableWords(), ""];
    return [
      this.#paint("title", "  mode               sallyport  ssh -L alone"),
      ...runs.map((run) => {
        const { scenario, error, name } = run.mode;
        const shown = this.#verdict(run, 9);
        return `  ${name.padEnd(17)}  ${shown}  ${scenario}  ${this.#paint("bad", shorten(error, this.#width - 37))}`;
      }),
      "",
      ...this.#tableWords(),
      "",
    ];
  }

  whatToType(isStaying: boolean): readonly string[] {
    return [
      this.#paint("title", "4. What to type"),
      "",
      "  sallyport -L 2001:localhost:21 user@ssh-host",
      "  ftp localhost 2001",
      "",
      ...this.#hints([
        ["sallyport demo -v", "the dialogue of every mode"],
        ["sallyport demo --step", "the same, part by part"],
        ["sallyport lab run S04", "this failure, with figures"],
        ...(isStaying ? [] : ([["sallyport demo", "in a terminal: for your own client"]] as const)),
      ]),
      "",
    ];
  }

  invitation(entrance: Endpoint): readonly string[] {
    const { user, password } = demoCredentials;
    const address = `ftp://${user}:${password}@${formatEndpoint(entrance)}`;
    return [
      "The tunnel stays open for your own client:",
      `  ${this.#paint("address", address)}`,
      "",
      ...this.#hints([
        [`curl ${address}/castle`, "passive"],
        [`curl -P - ${address}/castle`, "active"],
        [`curl -T FILE ${address}/`, "upload"],
        [`lftp -u ${user},${password} -p ${entrance.port} ${entrance.host}`, ""],
      ]),
      "",
      ...this.#wrap("What it does appears below. Ctrl-C ends everything, and leaves nothing."),
      "",
      this.#columns(this.renderer()),
    ];
  }

  /** For what happens from now on, in sessions that differ by their number alone. */
  renderer(prefix: "session" | "none" = "session"): TraceRenderer {
    return new TraceRenderer({ width: this.#width, prefix, paint: paintCell(this.#paint) });
  }

  /** What was typed, and what client and server sent in the first transfer. */
  #part(place: string, title: string, { typed }: Run, { events }: Evidence, words: string): readonly string[] {
    const dialogue = events.flatMap((event) => {
      if (event.type === "call") return this.#bad(`${event.host}: ${event.call}: ${event.error}`);
      if (event.type !== "line" || event.party === "ftp-server") return [];
      const text = escapeText(event.text);
      const lines = this.#wrap(event.from === "client" ? `---> ${text}` : text, "  ");
      return event.text.startsWith("226") ? lines.map((line) => this.#paint("good", line)) : lines;
    });
    const from = dialogue.indexOf("  ---> PASV");
    const end = dialogue.findIndex((line, index) => index > from && /226 |: E[A-Z]+/.test(line));
    return [
      ...this.#wrap(`${place}: ${title}`).map((line) => this.#paint("title", line)),
      "",
      ...typed.flatMap((line) => this.#wrap(line, "  ")),
      ...dialogue.slice(from, end + 1),
      ...this.#wrap(words, "    "),
      "",
    ];
  }

  #row(run: ModeRun): readonly string[] {
    const { name, scenario, error } = run.mode;
    return [
      `  ${this.#verdict(run, 8)}  ${name}`,
      ...this.#wrap(`ssh -L (${scenario}): ${error}`, "            ").map((line) => this.#paint("bad", line)),
    ];
  }

  #verdict({ steps, failure, lacking }: ModeRun, width: number): string {
    if (failure !== undefined) return this.#paint("bad", "FAILED".padEnd(width));
    return this.#paint("good", (lacking === undefined ? `${steps.length} ok` : "left out").padEnd(width));
  }

  #tableWords(): readonly string[] {
    return this.#wrap(
      "The right column is what real servers and clients say. sallyport lab run S08 shows one of them.",
    );
  }

  #hints(hints: readonly (readonly [string, string])[]): readonly string[] {
    const widest = Math.max(...hints.map(([typed]) => typed.length));
    const fits = 4 + widest + Math.max(...hints.map(([, what]) => what.length)) <= this.#width;
    if (fits) return hints.map(([typed, what]) => `  ${typed.padEnd(widest)}  ${what}`.trimEnd());
    return hints.flatMap(([typed, what]) => [...(what === "" ? [] : [`  # ${what}`]), ...this.#wrap(typed, "  ")]);
  }

  #trace(events: readonly TraceEvent[]): readonly string[] {
    const shown = events.filter(({ type }) => !unshown.has(type));
    if (shown.length === 0) return [];
    const sessions = new Set(shown.map(({ session }) => session).filter((session) => session !== 0));
    const renderer = this.renderer(sessions.size > 1 ? "session" : "none");
    return [this.#columns(renderer), ...shown.flatMap((event) => renderer.push(event)), ...renderer.flush()];
  }

  #columns(renderer: TraceRenderer): string {
    return this.#paint("quiet", renderer.columns("the client's view", "the server's view"));
  }

  #checked(text: string): readonly string[] {
    const [first = "", ...rest] = this.#wrap(text, "      ");
    return [`${this.#paint("good", "  ok")}  ${first.trimStart()}`, ...rest];
  }

  #bad(text: string): readonly string[] {
    return this.#wrap(escapeText(text), "  ").map((line) => this.#paint("bad", line));
  }

  #wrap(text: string, indent = ""): readonly string[] {
    return wrapText(text, this.#width - indent.length).map((line) => indent + line.trimStart());
  }
}

/** A reply that is too long becomes its code and its last words. */
function shorten(error: string, width: number): string {
  if (error.length <= width) return error;
  const short = error.replace(/^(\d{3}) .*: /, "$1 ... ");
  return short.length <= width ? short : `${short.slice(0, width - 3).replace(/ \S*$/, "")} ...`;
}
