// From trace events to the few lines that an operator wants: sessions, transfers, refusals, SSH lost and back.
import type { TraceEvent } from "../../platform/trace.ts";
import { printable } from "../../protocol/printable.ts";
import { describeClose, formatBytes, formatDuration } from "./format.ts";
import type { LogRecord } from "./log-record.ts";
import { type FinishedTransfer, TransferWatch } from "./transfer-watch.ts";

/** Feed it every event in order. */
export class EventLog {
  readonly #sessions = new Map<number, TransferWatch>();
  #wasLost = false;

  /** How many data connections of clients are open. */
  get transfers(): number {
    return [...this.#sessions.values()].filter((session) => session.isTransferring).length;
  }

  /** The records that the event gives rise to; mostly none. */
  observe(event: TraceEvent): readonly LogRecord[] {
    const finished = event.session === 0 ? undefined : this.#watch(event).observe(event);
    if (event.type === "session.close") this.#sessions.delete(event.session);
    const record = this.#describe(event);
    const records = [finished && describeTransfer(finished), record].filter((each) => each !== undefined);
    return event.session === 0 ? records : records.map((each) => withSession(each, event.session));
  }

  #watch(event: TraceEvent): TransferWatch {
    const watch = this.#sessions.get(event.session) ?? new TransferWatch();
    this.#sessions.set(event.session, watch);
    return watch;
  }

  #describe(event: TraceEvent): LogRecord | undefined {
    switch (event.type) {
      case "session.open":
        return record("info", event.type, `opened by ${event.client} for ${event.target}`, { client: event.client });
      case "session.close":
        return record("info", event.type, `closed: ${event.reason}`, { reason: event.reason });
      case "ftp.reply":
        return describeRefusal(event);
      case "relay.note":
        return record("debug", event.type, event.note);
      case "data.intruder":
        return record("warn", event.type, `dropped a data connection from ${event.remote}: not the session's peer`, {
          remote: event.remote,
          count: event.count,
        });
      case "ssh.connecting":
        return record("debug", event.type, `connecting to ${event.target} (${event.transport})`);
      case "ssh.connected":
        return this.#connected(event.target, event.transport);
      case "ssh.lost":
        this.#wasLost = true;
        return record(
          "warn",
          event.type,
          `SSH connection lost: ${event.reason}; connecting again in ${formatDuration(event.retryInMs)}`,
          { reason: event.reason, retryInMs: event.retryInMs },
        );
      case "ssh.channel.refused":
        return record("warn", event.type, `the SSH server refused a channel to ${event.target}: ${event.reason}`, {
          target: event.target,
          reason: event.reason,
        });
      case "ssh-server.login":
        return record("info", event.type, `${event.user} logged in by SSH from ${event.client} (${event.method})`, {
          client: event.client,
          user: event.user,
        });
      case "ssh-server.login-refused":
        return record(
          "warn",
          event.type,
          `refused an SSH login as ${event.user} from ${event.client} (${event.method})`,
          {
            client: event.client,
            user: event.user,
          },
        );
      case "ssh-server.refused":
        return record("warn", event.type, `the SSH client ${event.client} was refused ${event.what}: ${event.reason}`, {
          client: event.client,
          reason: event.reason,
        });
      case "ssh-server.close":
        return record("info", event.type, `the SSH client ${event.client} is gone: ${event.reason}`, {
          client: event.client,
          reason: event.reason,
        });
      case "listener.open":
      case "listener.close":
        return record(
          "debug",
          event.type,
          `${event.type === "listener.open" ? "" : "no longer "}listening on ${event.endpoint}`,
        );
      default:
        return undefined;
    }
  }

  // The good news has to be told where the bad was.
  #connected(target: string, transport: string): LogRecord {
    const level = this.#wasLost ? "warn" : "info";
    const message = `connected ${this.#wasLost ? "again " : ""}to ${target} (${transport})`;
    this.#wasLost = false;
    return record(level, "ssh.connected", message, { target, transport });
  }
}

function describeRefusal(event: TraceEvent & { readonly type: "ftp.reply" }): LogRecord | undefined {
  const [line = ""] = event.lines;
  if (event.side !== "front" || event.origin !== "gateway" || !/^[45]/.test(line)) return undefined;
  const reply = printable(line);
  return record("info", "refusal", `answered ${reply}`, { reply });
}

function describeTransfer({ command, reply, bytes, durationMs, close }: FinishedTransfer): LogRecord {
  const amount = close === undefined ? "no data" : `${formatBytes(bytes)} in ${formatDuration(durationMs)}`;
  const ending = close === undefined || close.how === "fin" ? "" : `, ${describeClose(close)}`;
  const answer = reply === "" ? "no final reply" : reply;
  return record("info", "transfer", `${command}: ${amount}${ending} (${answer})`, {
    command,
    reply,
    bytes,
    durationMs: Math.round(durationMs),
    ...(close === undefined ? {} : { closedBy: close.by, closedHow: close.how }),
  });
}

function record(
  level: LogRecord["level"],
  event: string,
  message: string,
  fields: Readonly<Record<string, string | number>> = {},
): LogRecord {
  return { level, message, fields: { event, ...fields } };
}

function withSession(each: LogRecord, session: number): LogRecord {
  return { ...each, message: `session ${session}: ${each.message}`, fields: { ...each.fields, session } };
}
