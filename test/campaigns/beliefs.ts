// What a real server believes of a transfer afterwards, from its own log.
import { openServer, type TraceEvent } from "../../src/index.ts";
import { type FtpServer, ftpServers } from "../support/ftp-servers.ts";
import { makeTempDir } from "../support/tempdir.ts";

export const serverNames = ["pyftpdlib", "pure-ftpd", "vsftpd", "proftpd", "serve"] as const;
export type ServerName = (typeof serverNames)[number];

/** A server under trial. */
export interface Subject {
  readonly name: ServerName;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly root: string;
  place(name: string, content: Uint8Array): void;
  /** All that it has said and logged so far. */
  log(): string;
  stop(): Promise<void>;
}

/** In a server's log, by transfer: it takes the file for whole, or not. `NAME` is the file's. */
const signs: Readonly<Record<ServerName, { readonly whole: string; readonly broken: string }>> = {
  pyftpdlib: {
    whole: "received \\S*/NAME$|RETR \\S*/NAME completed=1",
    broken: "incomplete \\S*/NAME$|RETR \\S*/NAME completed=0",
  },
  "pure-ftpd": { whole: '"(?:PUT|GET) \\S*/NAME" 200', broken: "never" },
  vsftpd: {
    whole: '" ?OK (?:UP|DOWN)LOAD: .*"/NAME"|OK (?:UP|DOWN)LOAD: .*"/NAME"',
    broken: 'FAIL (?:UP|DOWN)LOAD: .*"/NAME"',
  },
  proftpd: { whole: "(?:STOR|RETR) NAME -> 226", broken: "(?:STOR|RETR) NAME -> [45]" },
  serve: { whole: "NAME: 226", broken: "NAME: [45]" },
};

/** `?`: the log says neither. */
export function beliefOf(subject: Subject, file: string): "whole" | "broken" | "?" {
  const { whole, broken } = signs[subject.name];
  const log = subject.log();
  const has = (pattern: string): boolean => new RegExp(pattern.replaceAll("NAME", file), "m").test(log);
  if (has(broken)) return "broken";
  return has(whole) ? "whole" : "?";
}

export async function startSubject(name: ServerName): Promise<Subject> {
  return name === "serve" ? startServe() : real(name, await ftpServers[name]());
}

function real(name: ServerName, server: FtpServer): Subject {
  const { address: host, port, user, password, root } = server;
  return { name, host, port, user, password, root, place: server.place, log: server.log, stop: server.stop };
}

async function startServe(): Promise<Subject> {
  const home = makeTempDir("serve");
  const events: TraceEvent[] = [];
  const server = await openServer({
    files: home.path,
    users: [{ name: "alice", password: "secret" }],
    listen: [{ port: 0 }],
    sync: false,
    trace: (event) => events.push(event),
  });
  const { writeFileSync } = await import("node:fs");
  return {
    name: "serve",
    host: "127.0.0.1",
    port: server.listeners[0]?.port ?? 0,
    user: "alice",
    password: "secret",
    root: home.path,
    place: (file, content) => writeFileSync(home.file(file), content),
    log: () => repliesToTransfers(events),
    stop: async () => {
      await server[Symbol.asyncDispose]();
      home.remove();
    },
  };
}

/** `NAME: CODE`: the first final reply behind each transfer command of a session. */
function repliesToTransfers(events: readonly TraceEvent[]): string {
  const open = new Map<number, string>();
  const lines: string[] = [];
  for (const event of events) {
    if (event.type === "ftp.command" && /^(?:STOR|RETR) /.test(event.line))
      open.set(event.session, event.line.slice(5));
    const file = open.get(event.session);
    if (event.type !== "ftp.reply" || file === undefined) continue;
    const code = event.lines[0]?.slice(0, 3) ?? "";
    if (code.startsWith("1")) continue;
    lines.push(`${file}: ${code}`);
    open.delete(event.session);
  }
  return lines.join("\n");
}
