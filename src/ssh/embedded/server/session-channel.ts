// A session channel (RFC 4254 section 6): the SFTP subsystem, a few commands that stand for nothing, and no shell.
import type { Channel } from "../../channels/channel.ts";
import { isRemoteSocketsCommand } from "../../remote-socket-list.ts";
import { parseScpCommand, type ScpCommand } from "../../scp/wire/command.ts";

export interface SessionParts {
  /** Serves SFTP on the channel; absent: this user has none. */
  readonly sftp: ((channel: Channel) => Promise<void>) | undefined;
  /** Serves scp's own protocol on the channel; the exit status, or `undefined` to break the channel off. */
  readonly scp: ((channel: Channel, command: ScpCommand | string) => Promise<number | undefined>) | undefined;
  /** The ends of this client's own connections, as /proc/net/tcp would have them. */
  readonly sockets: () => string;
}

/** A command's standard output and exit status; what has no entry is refused. */
type Output = (parts: SessionParts) => string;

const nothing: Output = () => "";

/** What Sallyport, autossh and people run to see whether they are through. */
const commands: ReadonlyMap<string, Output> = new Map([
  ["true", nothing],
  ["/bin/true", nothing],
  ["/usr/bin/true", nothing],
  [":", nothing],
  ["exit", nothing],
  ["exit 0", nothing],
]);

function outputOf(command: string): Output | undefined {
  return isRemoteSocketsCommand(command) ? ({ sockets }) => sockets() : commands.get(command);
}

const notFound = 127; // as a shell has it

export function serveSession(channel: Channel, parts: SessionParts): void {
  let begun = false;
  let newline = "\n";
  channel.onRequest = (type, data) => {
    if (type === "pty-req") {
      newline = "\r\n"; // the client's terminal is raw
      return () => {};
    }
    if (begun) return undefined;
    if (type === "subsystem" && data === "sftp" && parts.sftp !== undefined) {
      begun = true;
      return () => void parts.sftp?.(channel).then(() => end(channel, 0));
    }
    if (type !== "exec" && type !== "shell") return undefined;
    begun = true;
    const scp = type === "exec" ? parseScpCommand(Buffer.from(String(data), "utf8").toString("latin1")) : undefined;
    if (scp !== undefined && parts.scp !== undefined) {
      return () =>
        void parts
          .scp?.(channel, scp)
          .then((status) => (status === undefined ? channel.destroy() : end(channel, status)));
    }
    return () => run(channel, type === "exec" ? String(data) : "", parts, newline);
  };
}

function run(channel: Channel, command: string, parts: SessionParts, newline: string): void {
  const output = outputOf(command.trim());
  if (output === undefined) {
    const sftp = parts.sftp === undefined ? "" : " and serves files by SFTP and scp";
    channel.writeStandardError(
      Buffer.from(`There is no shell here: this server forwards connections${sftp}.${newline}`),
    );
  }
  channel.resume(); // standard input, which nobody reads
  channel.write(output?.(parts) ?? "", () => end(channel, output === undefined ? notFound : 0));
}

/** After all that was written has been sent. */
function end(channel: Channel, status: number): void {
  if (channel.destroyed) return;
  channel.notify("exit-status", status);
  channel.end(() => channel.destroy());
}
