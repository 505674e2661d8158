// The evidence in words, below the figures: connections, dialogue, failed calls, what was noted, netstat.
import type { Evidence, LabEvent } from "../../evidence.ts";
import { type ConnectionEvent, connectionsOf, isOpen } from "../marks.ts";
import { codeWithPorts, element, type Markup } from "../markup.ts";
import { isServerLine, type LineEvent } from "../sequence/participants.ts";

const roleWords = { control: "control", data: "data", ssh: "SSH", forwarded: "out of SSH" } as const;
const resultSigns = { made: "✓ made", refused: "✕ refused", dropped: "┤ dropped", failed: "✕ failed" } as const;

/** The legend of the network figure: the same numbers, with both ends. */
export function connectionList(evidence: Evidence): Markup {
  return element("ol", { class: "connections" }, connectionsOf(evidence).map(connectionItem));
}

function connectionItem(connection: ConnectionEvent): Markup {
  const { role, carries, from, to, fromHost, toHost, result, stoppedAt } = connection;
  const by = stoppedAt === undefined || result === "failed" ? "" : ` by ${stoppedAt}`;
  const open = isOpen(connection) ? ", in the clear" : "";
  const where = fromHost === toHost ? `within ${fromHost}` : `${fromHost} to ${toHost === "" ? "nobody" : toHost}`;
  return element(
    "li",
    { class: `connection ${result}${isOpen(connection) ? " open" : ""}` },
    element("span", { class: "role" }, `${roleWords[role]}${carries === undefined ? "" : `, ${carries}`}`),
    " ",
    codeWithPorts(`${from} → ${to}`),
    ` ${where}: `,
    element("span", { class: "result" }, `${resultSigns[result]}${by}${open}`),
  );
}

/** What each party sent and received; one column where all saw the same. */
export function dialogue(evidence: Evidence): Markup | undefined {
  const lines = evidence.events.filter((event) => event.type === "line");
  const parties = groups(lines);
  if (parties.length === 0) return undefined;
  const texts = parties.map((party) => party.map((line) => `${line.from} ${line.text}`).join("\n"));
  const isSame = texts.length === 2 && texts[0] === texts[1];
  const shown = isSame ? parties.slice(0, 1) : parties;
  const block = (party: readonly LineEvent[]): Markup =>
    element(
      "div",
      {},
      element("h5", {}, isSame ? "What client and server see" : titleOf(party[0])),
      element("pre", { class: "dialogue", tabindex: "0" }, party.map(dialogueLine)),
    );
  return element("div", { class: "columns" }, shown.map(block));
}

function groups(lines: readonly LineEvent[]): LineEvent[][] {
  const parties = new Map<string, LineEvent[]>();
  for (const line of lines) {
    const key = `${line.host} ${line.party}`;
    parties.set(key, [...(parties.get(key) ?? []), line]);
  }
  return Array.from(parties.values()).sort((one, other) => Number(isServer(one)) - Number(isServer(other)));
}

const isServer = (lines: readonly LineEvent[]): boolean => lines.some(isServerLine);

function titleOf(line: LineEvent | undefined): string {
  if (line === undefined) return "";
  if (isServerLine(line)) return `What the FTP server on ${line.host} sees`;
  return line.party === "client" ? "What the FTP client sees" : `What ${line.party} sees`;
}

function dialogueLine({ from, text }: LineEvent): readonly (Markup | string)[] {
  const isBad = from === "server" && /^[45]\d\d/.test(text);
  const name = from === "client" ? "sent" : isBad ? "reply bad" : "reply";
  return [element("span", { class: name }, from === "client" ? `---> ${text}` : text), lineEnd];
}

/** A line's end is markup of ours; one in a text would be shown as `\x0a`. */
const lineEnd: Markup = { markup: "\n" };

type Shown = Extract<LabEvent, { type: "call" | "note" }>;

/** Calls of the system that failed, and what was noted, with the time. */
export function remarks(evidence: Evidence): Markup | undefined {
  const shown = evidence.events.filter((event): event is Shown => event.type === "call" || event.type === "note");
  if (shown.length === 0) return undefined;
  const row = (event: Shown): Markup =>
    element(
      "tr",
      {},
      element("td", { class: "time" }, `${(event.atMs / 1000).toFixed(3)} s`),
      element("td", {}, event.host),
      element("td", {}, event.type === "call" ? codeWithPorts(event.call) : event.text),
      element("td", { class: "error" }, event.type === "call" ? event.error : ""),
    );
  return element(
    "div",
    {},
    element("h5", {}, "Calls that failed, and what else happened"),
    table(["time", "host", "what", "error"], shown.map(row)),
  );
}

/** The rows of netstat, as often as it was run. */
export function netstats(evidence: Evidence): Markup[] {
  return evidence.events.flatMap((event) =>
    event.type === "netstat" && event.rows.length > 0
      ? [
          element(
            "div",
            {},
            element("h5", {}, `netstat -tan on ${event.host}, after ${(event.atMs / 1000).toFixed(1)} s`),
            table(
              ["local", "remote", "state"],
              event.rows.map(({ local, remote, state }) =>
                element(
                  "tr",
                  { class: state === "TIME_WAIT" ? "time-wait" : undefined },
                  [local, remote].map((end) => element("td", {}, codeWithPorts(end))),
                  element("td", {}, state),
                ),
              ),
            ),
          ),
        ]
      : [],
  );
}

function table(head: readonly string[], rows: readonly Markup[]): Markup {
  const titles = head.map((title) => element("th", { scope: "col" }, title));
  return element(
    "div",
    { class: "scroll", tabindex: "0" },
    element("table", {}, element("thead", {}, element("tr", {}, titles)), element("tbody", {}, rows)),
  );
}
