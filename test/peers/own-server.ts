// Our own server as a peer for real clients, in the clothes of the others.
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { openServer, type Server, type ServerOptions, type TraceEvent } from "../../src/index.ts";
import type { FtpServer } from "../support/ftp-servers.ts";
import type { TempDir } from "../support/tempdir.ts";
import { usersFile } from "../support/users-file.ts";
import type { Place } from "./session.ts";

export interface OwnServer {
  readonly server: Server;
  readonly place: Place;
  readonly events: readonly TraceEvent[];
}

/** Serves the directory on a free port to alice, whose password is "secret". */
export async function openOwnServer(home: TempDir, options: Partial<ServerOptions> = {}): Promise<OwnServer> {
  const events: TraceEvent[] = [];
  const server = await openServer({
    files: home.path,
    ...(options.users === undefined && { passwordFile: usersFile("alice", "secret") }),
    listen: [{ port: 0 }],
    sync: false,
    trace: (event) => events.push(event),
    ...options,
  });
  const target = { host: "127.0.0.1", port: server.listeners[0]?.port ?? 0, user: "alice", password: "secret" };
  const fileOf = (name: string | Buffer): Buffer => Buffer.concat([Buffer.from(`${home.path}/`), Buffer.from(name)]);
  const clothes: Partial<FtpServer> = {
    // Two bytes 0xFF mean one, as with ProFTPD.
    kind: "proftpd",
    ...target,
    address: target.host,
    root: home.path,
    place: (name, content) => {
      writeFileSync(fileOf(name), content);
      chmodSync(fileOf(name), 0o666);
    },
    content: (name) => readFileSync(fileOf(name)),
    log: () => events.flatMap((event) => (event.type === "ftp.command" ? [event.line] : [])).join("\n"),
  };
  return { server, events, place: { target, server: clothes as FtpServer } };
}
