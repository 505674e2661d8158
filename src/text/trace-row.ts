// The text of one trace event, and its column.
import type { TraceEvent } from "../platform/trace.ts";
import { printable } from "../protocol/printable.ts";
import { hideSecret } from "../protocol/secret-arguments.ts";
import { escapeText } from "./escape-text.ts";
import { describeClose, formatBytes, formatDuration } from "./format.ts";

/** `downstream` is the left column, `upstream` the right one, `both` goes across. */
export interface TraceRow {
  readonly place: "downstream" | "upstream" | "both";
  /** Rows of one kind, one from each side, may share a line. */
  readonly kind: string;
  readonly session: number;
  readonly timeMs: number;
  /** `>` to the server, `<` to the client, `=` data, `-` a note; `*` before it: the gateway's own. */
  readonly mark: string;
  readonly lines: readonly string[];
}

/** The row of an event; every text in it is safe to show. */
export function traceRow(event: TraceEvent): TraceRow {
  const { place, mark, lines } = describe(event);
  return {
    place,
    kind: event.type,
    session: event.session,
    timeMs: event.timeMs,
    mark,
    lines: lines.map((line) => escapeText(line)),
  };
}

type Description = Pick<TraceRow, "place" | "mark" | "lines">;

function describe(event: TraceEvent): Description {
  switch (event.type) {
    case "ftp.command":
      return {
        place: event.side,
        mark: event.origin === "gateway" ? "*>" : " >",
        // A trace file is the last place where one could slip through.
        lines: [hideSecret(event.line)],
      };
    case "ftp.reply":
      return {
        place: event.side,
        mark: event.origin === "gateway" ? "*<" : " <",
        lines: event.lines.map((line) => printable(line)),
      };
    case "data.listen":
      return data(event.side, `waits on ${event.endpoint}`);
    case "data.open":
      return data(event.side, `${event.how}: ${knownEnds(event.local, event.remote)}`);
    case "data.rejected-peer":
      return data(event.side, `dropped ${event.remote}: not the session's peer (${event.count})`);
    case "data.half-close":
      return data(event.side, `end of data after ${formatBytes(event.bytes)}`);
    case "data.close":
      return data(event.side, `${describeClose(event.close)} after ${formatBytes(event.bytes)}`);
    case "relay.note":
    case "relay.warning":
      return note(event.note);
    case "session.open":
      return note(`session opened: client ${event.client} at ${event.gateway}, server ${event.target}`);
    case "session.close":
      return note(`session closed: ${event.reason}`);
    case "control.open":
      return note(`connected to ${event.host} port ${event.port}`);
    case "ssh.connecting":
      return note(`ssh: connecting to ${event.target} (${event.transport})`);
    case "ssh.connected":
      return note(`ssh: connected to ${event.target} (${event.master ?? event.transport})`);
    case "client.refused":
      return note(`turned away ${event.remote}: another user of this machine`);
    case "target.unfit":
      return note(event.reason);
    case "ssh.lost":
      return note(`ssh: lost: ${event.reason}; again ${againIn(event.retryInMs)}`);
    case "ssh.channel.open":
      return note(`ssh: channel ${event.channel} to ${event.target}`);
    case "ssh.channel.refused":
      return note(`ssh: channel to ${event.target} refused: ${event.reason}`);
    case "ssh.channel.close":
      return note(`ssh: channel ${event.channel} closed`);
    case "login.accepted":
      return note(`${printable(event.user)} logged in from ${event.client}`);
    case "login.refused":
      return note(`${event.client} was refused as ${printable(event.user)}`);
    case "login.failed":
      return note(`${event.client} could not log in as ${printable(event.user)}: ${printable(event.reason)}`);
    case "file.action": {
      const to = event.to === undefined ? "" : ` to ${printable(event.to)}`;
      return note(
        `${printable(event.user)}: ${event.action} ${printable(event.path)}${to}: ${printable(event.outcome)}`,
      );
    }
    case "ssh-server.login":
      return note(`ssh server: ${event.user} logged in from ${event.client} (${event.method})`);
    case "ssh-server.login-refused":
      return note(`ssh server: ${event.client} was refused as ${event.user} (${event.method})`);
    case "ssh-server.close":
      return note(`ssh server: ${event.client} is gone: ${event.reason}`);
    case "ssh-server.open":
      return note(`ssh server: ${event.client} is connected with ${event.target}`);
    case "ssh-server.listen":
      return note(`ssh server: listening on ${event.endpoint} for ${event.client}`);
    case "ssh-server.refused":
      return note(`ssh server: refused ${event.client} ${event.what}: ${event.reason}`);
    case "listener.open":
      return note(`listening on ${event.endpoint}`);
    case "listener.close":
      return note(`no longer listening on ${event.endpoint}`);
  }
}

function data(place: "downstream" | "upstream", text: string): Description {
  return { place, mark: " =", lines: [text] };
}

// A channel through SSH has no address at this end.
function knownEnds(...ends: readonly string[]): string {
  return ends.filter((end) => !end.startsWith(":")).join(" - ");
}

function note(text: string): Description {
  return { place: "both", mark: " -", lines: [text] };
}

const againIn = (retryInMs: number | undefined): string =>
  retryInMs === undefined ? "when a client comes" : `in ${formatDuration(retryInMs)}`;
