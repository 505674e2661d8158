// From trace events to the few lines that an operator wants: sessions, transfers, refusals, SSH lost and back.
import type { TraceEvent } from "../platform/trace.ts";
import { definedProps } from "../protocol/defined-props.ts";
import { limits } from "../protocol/limits.ts";
import { printable } from "../protocol/printable.ts";
import { describeClose, formatBytes, formatDuration } from "./format.ts";
import type { LogRecord } from "./log-record.ts";
import { type FinishedTransfer, TransferWatch } from "./transfer-watch.ts";

interface Repeatable {
  readonly fields: Readonly<Record<string, string | number>>;
  /** The same for what is the same news. */
  readonly key: string;
  readonly hint: string;
}

const hostOf = (endpoint: string): string => endpoint.replace(/:\d+$/, "");

/** Feed it every event in order. */
export class EventLog {
  readonly #sessions = new Map<number, TransferWatch>();
  /** Sessions of our own server: their files are logged by `file.action`, with the user and the whole path. */
  readonly #served = new Set<number>();
  #wasLost = false;
  /** Warnings that were logged already: by what they are about. */
  readonly #warned = new Set<string>();

  /** The records that the event gives rise to; mostly none. */
  observe(event: TraceEvent): readonly LogRecord[] {
    if (event.type === "session.open" && event.target === "files") this.#served.add(event.session);
    const finished = event.session === 0 ? undefined : this.#watch(event).observe(event);
    const isTold = finished !== undefined && this.#served.has(event.session) && ofFiles.test(finished.command);
    if (event.type === "session.close") {
      this.#sessions.delete(event.session);
      this.#served.delete(event.session);
    }
    const record = this.#describe(event);
    const transfer = finished === undefined || isTold ? undefined : describeTransfer(finished);
    const records = [transfer, record].filter((each) => each !== undefined);
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
      case "relay.warning":
        return record("warn", event.type, event.note);
      case "client.refused":
        return this.#warnOnce(event.type, `turned away a client at ${event.remote}: no user that --allow-user names`, {
          fields: { remote: event.remote },
          key: hostOf(event.remote),
          hint: "An FTP client got 421, an SSH client a line. Root is let in only when named.",
        });
      case "target.unfit":
        return { ...record("warn", event.type, event.reason), ...definedProps({ hint: event.hint }) };
      case "data.rejected-peer":
        return this.#warnOnce(event.type, `dropped a data connection from ${event.remote}: not the session's peer`, {
          fields: { remote: event.remote, count: event.count },
          key: `${event.session} ${hostOf(event.remote)}`,
          hint: "Nothing was sent to it, and the transfer waits for its own client.",
        });
      case "ssh.connecting":
        return record("debug", event.type, `connecting to ${event.target} (${event.transport})`);
      case "ssh.connected":
        return this.#connected(event);
      case "ssh.lost":
        this.#wasLost = true;
        return this.#lost(event.reason, event.retryInMs);
      case "ssh.channel.refused":
        return this.#warnOnce(
          event.type,
          event.reason.includes(event.target)
            ? event.reason
            : `the SSH server refused a channel to ${event.target}: ${event.reason}`,
          {
            fields: { target: event.target, reason: event.reason },
            key: `${hostOf(event.target)} ${event.reason.replaceAll(event.target, "")}`,
            hint: "Is the FTP server running there, and may the SSH server connect to it (AllowTcpForwarding, PermitOpen)?",
          },
        );
      case "login.accepted":
        return record("info", event.type, `${printable(event.user)} logged in from ${event.client}`, {
          protocol: "ftp",
          user: printable(event.user),
          address: event.client,
        });
      case "login.refused":
        return record("warn", event.type, `refused a login as ${printable(event.user)} from ${event.client}`, {
          protocol: "ftp",
          user: printable(event.user),
          address: event.client,
        });
      case "login.failed": {
        const message = `could not judge a login as ${printable(event.user)} from ${event.client}: ${printable(event.reason)}`;
        return record("warn", event.type, message, {
          protocol: "ftp",
          user: printable(event.user),
          address: event.client,
        });
      }
      case "file.action":
        return describeAction(event);
      case "ssh-server.login":
        return record("info", event.type, `${event.user} logged in by SSH from ${event.client} (${event.method})`, {
          protocol: "ssh",
          user: event.user,
          address: addressOf(event.client),
          client: event.client,
        });
      case "ssh-server.login-refused": {
        const message = `refused an SSH login as ${event.user} from ${event.client} (${event.method})`;
        return record("warn", event.type, message, {
          protocol: "ssh",
          user: event.user,
          address: addressOf(event.client),
          client: event.client,
        });
      }
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

  /** What happens again in the same way is a warning once, and for those who want to see more after that. */
  #warnOnce(event: string, message: string, { fields, key, hint }: Repeatable): LogRecord {
    const about = `${event} ${key}`;
    if (this.#warned.has(about)) return record("info", event, message, fields);
    if (this.#warned.size >= limits.logWarnedMax) this.#warned.clear();
    this.#warned.add(about);
    return { ...record("warn", event, message, fields), hint };
  }

  // The good news is logged at the level of the bad.
  #lost(reason: string, retryInMs: number | undefined): LogRecord | undefined {
    const isAhead = retryInMs !== undefined;
    const next = isAhead ? `connecting again in ${formatDuration(retryInMs)}` : "it is made again when a client comes";
    return this.#warnOnce("ssh.lost", `SSH connection lost: ${reason}; ${next}`, {
      fields: { reason, ...definedProps({ retryInMs }) },
      key: `${isAhead} ${reason}`,
      hint: isAhead
        ? "The listeners stay; a client that comes meanwhile makes it try at once. -v shows every attempt."
        : "It was lost before while nobody used it, as by UnusedConnectionTimeout in sshd_config. A key or an agent spares questions then.",
    });
  }

  #connected({ target, transport, master }: TraceEvent & { readonly type: "ssh.connected" }): LogRecord {
    const level = this.#wasLost ? "warn" : "info";
    const how = master === undefined ? transport : `by your ssh at ${master}; -S none makes another connection`;
    const message = `connected ${this.#wasLost ? "again " : ""}to ${target} (${how})`;
    this.#wasLost = false;
    this.#warned.clear();
    return record(level, "ssh.connected", message, { target, transport, ...definedProps({ master }) });
  }
}

function describeRefusal(event: TraceEvent & { readonly type: "ftp.reply" }): LogRecord | undefined {
  const [line = ""] = event.lines;
  if (event.side !== "downstream" || event.origin !== "gateway" || !/^[45]/.test(line)) return undefined;
  const reply = printable(line);
  return record("info", "refusal", `answered ${reply}`, { reply });
}

/** One line for what somebody did to a file of our server; the fields are documented in docs/guides/server.md. */
function describeAction(event: TraceEvent & { readonly type: "file.action" }): LogRecord {
  const { action, client, protocol, ok, bytes, durationMs, command } = event;
  const [user, path, outcome] = [event.user, event.path, event.outcome].map((text) => printable(text));
  const to = event.to === undefined ? undefined : printable(event.to);
  const amount = bytes === undefined ? "" : `: ${formatBytes(bytes)} in ${formatDuration(durationMs ?? 0)}`;
  const target = to === undefined ? path : `${path} to ${to}`;
  const message = `${command ?? action}${amount} (${outcome}), ${user} at ${client}, ${target}`;
  return record("info", event.type, message, {
    protocol,
    user: user ?? "",
    address: client,
    action,
    ...definedProps({ command }),
    path: path ?? "",
    ...definedProps({ to }),
    ok,
    outcome: outcome ?? "",
    ...definedProps({ bytes, durationMs: durationMs === undefined ? undefined : Math.round(durationMs) }),
  });
}

/** Of `host:port`. */
const addressOf = (client: string): string => client.replace(/:\d+$/, "").replace(/^\[|\]$/g, "");

const ofFiles = /^(?:RETR|STOR|STOU|APPE)\b/i;

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
  fields: Readonly<Record<string, string | number | boolean>> = {},
): LogRecord {
  return { level, message, fields: { event, ...fields } };
}

function withSession(each: LogRecord, session: number): LogRecord {
  return { ...each, message: `session ${session}: ${each.message}`, fields: { ...each.fields, session } };
}
