// What the demo prints: pure, lines out.
import { type Endpoint, formatEndpoint } from "../../platform/endpoint.ts";
import type { TraceEvent } from "../../platform/trace.ts";
import { escapeText } from "../report/escape-text.ts";
import { wrapText } from "../trace/text-width.ts";
import { TraceRenderer } from "../trace/trace-renderer.ts";
import type { Performance, Story } from "./act.ts";
import { type Paint, paintCell } from "./paint.ts";
import { demoLogin } from "./stage.ts";

export interface Look {
  /** Columns: at least 80, and no more than 120 are used. */
  readonly width: number;
  readonly paint: Paint;
}

/** Ports of this machine. */
export interface Places {
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

export class Show {
  readonly #paint: Paint;
  readonly #width: number;

  constructor({ width, paint }: Look) {
    this.#paint = paint;
    this.#width = Math.min(Math.max(width, 80), 120);
  }

  opening({ tunnel, ssh, ftp }: Places): readonly string[] {
    const port = (number: number): string => `:${number}`.padEnd(6);
    return [
      this.#paint("title", "FTP through SSH, mode by mode"),
      "",
      ...this.#wrap(
        "An SSH server and two FTP servers run inside this program, on 127.0.0.1, with files in memory. Each way " +
          "of transferring files is tried through the tunnel now, and every byte is compared.",
      ),
      "",
      "  FTP client <---> sallyport <==== SSH ====> SSH server <---> FTP server",
      `                   ${port(tunnel)}                    ${port(ssh)}           ${port(ftp)}`,
      "",
      "  > to the server   < to the client   = data connection   - note",
      this.#paint("own", " *  Sallyport's own words, in place of what the other side has said"),
      "",
    ];
  }

  act(performance: Performance, number: number, count: number): readonly string[] {
    const { act, steps, events, failure, lacking } = performance;
    return [
      this.#paint("title", `${number}/${count} ${act.title}`),
      ...this.#trace(events),
      ...steps.map(({ name, result }) => `${this.#paint("good", "  ok")}  ${name}: ${escapeText(result)}`),
      ...(failure === undefined ? [] : this.#failure(`FAILED  ${failure.step}: ${failure.error.message}`)),
      ...(lacking === undefined ? [] : this.#wrap(`not on this system: ${lacking}`, "  ")),
      ...this.#story(act.story),
      "",
    ];
  }

  /** All of it in one table, since the beginning has left most terminals by now. */
  summary(performances: readonly Performance[]): readonly string[] {
    return [
      this.#paint("title", " mode               sallyport plain ssh -L"),
      ...performances.map(({ act, steps, failure, lacking }) => {
        const result = lacking === undefined ? `${steps.length} ok` : "left out";
        const shown = failure === undefined ? this.#paint("good", result.padEnd(8)) : this.#paint("bad", "FAILED  ");
        const { scenario, error } = act.story;
        return ` ${act.name.padEnd(17)}  ${shown}  ${scenario}  ${this.#paint("bad", shorten(error, this.#width - 35))}`;
      }),
      "",
      "What S03 to S18 stand for: docs/start/demo.md",
      "",
    ];
  }

  invitation(entrance: Endpoint): readonly string[] {
    const { user, password } = demoLogin;
    const address = `ftp://${user}:${password}@${formatEndpoint(entrance)}`;
    return [
      `The tunnel stays open for a client of yours:  ${this.#paint("address", address)}`,
      "",
      `  curl ${address}/castle.txt           passive`,
      `  curl -P - ${address}/castle.txt      active`,
      `  curl -T FILE ${address}/             upload`,
      `  lftp -u ${user},${password} -p ${entrance.port} ${entrance.host}`,
      "",
      "What it does appears below. Ctrl-C ends everything, and leaves nothing.",
      "",
      this.#columns(this.renderer()),
    ];
  }

  /** For what happens from now on, in sessions that only their number tells apart. */
  renderer(prefix: "session" | "none" = "session"): TraceRenderer {
    return new TraceRenderer({ width: this.#width, prefix, paint: paintCell(this.#paint) });
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

  #story({ scenario, error, why }: Story): readonly string[] {
    const [first = "", ...rest] = this.#wrap(`With plain ssh -L (${scenario}): ${error}`, "  ");
    return [
      first.replace(error, (text) => this.#paint("bad", text)),
      ...rest.map((line) => this.#paint("bad", line)),
      ...this.#wrap(why, "    "),
    ];
  }

  #failure(text: string): readonly string[] {
    return this.#wrap(escapeText(text), "  ").map((line) => this.#paint("bad", line));
  }

  #wrap(text: string, indent = ""): readonly string[] {
    return wrapText(text, this.#width - indent.length).map((line) => indent + line.trimStart());
  }
}

/** A reply that is too long becomes its code and its last words. */
function shorten(error: string, width: number): string {
  return error.length <= width ? error : error.replace(/^(\d{3}) .*: /, "$1 ... ").slice(0, width);
}
