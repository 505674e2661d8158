// The SSH host's own list of TCP connections, for back mode default-port: SSH does not report from which port sshd connected.
// Linux only (/proc/net/tcp); elsewhere the list is empty and the mode is refused with the reason.
import type { Endpoint } from "../platform/endpoint.ts";
import type { SshConnection } from "./ssh-connection.ts";

const begin = "grep -hs ':";
const end = " 01 ' /proc/net/tcp /proc/net/tcp6; true";

/**
 * Prints the rows of established connections to `port` from the SSH host's table of TCP sockets (proc(5)) where that is
 * Linux, else nothing. The whole table of a busy host has megabytes.
 */
export function remoteSocketsCommand(port: number): string {
  return begin + port.toString(16).toUpperCase().padStart(4, "0") + end;
}

/** Whether it is this command, for any port. */
export function isRemoteSocketsCommand(command: string): boolean {
  return command === remoteSocketsCommand(Number.parseInt(command.slice(begin.length, -end.length), 16));
}

const established = "01";

/** Local ends of the SSH host's connections to `port`; none where the host does not show all. Throws what `exec` throws. */
export async function listRemoteSockets(
  connection: Pick<SshConnection, "exec">,
  port: number,
  signal: AbortSignal,
): Promise<readonly Endpoint[]> {
  const { succeeded, stdout } = await connection.exec(remoteSocketsCommand(port), signal);
  return succeeded ? parseSocketTable(stdout, port) : [];
}

/** Local ends of established connections to `port`, from the text of /proc/net/tcp and tcp6 (proc(5)). */
export function parseSocketTable(text: string, port: number): Endpoint[] {
  const ends: Endpoint[] = [];
  for (const line of text.split("\n")) {
    const [, local, remote, state] = line.trim().split(/\s+/);
    if (state !== established || local === undefined || remote === undefined) continue;
    if (parseEnd(remote)?.port !== port) continue;
    const end = parseEnd(local);
    if (end !== undefined) ends.push(end);
  }
  return ends;
}

/** `0100007F:0015`: the address in words of host byte order (taken as little-endian), the port big-endian. */
function parseEnd(text: string): Endpoint | undefined {
  const match = /^([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$/.exec(text);
  if (match === null) return undefined;
  const words = (match[1] as string).match(/.{8}/g) as string[];
  const bytes = words
    .flatMap((word) => (word.match(/../g) as string[]).reverse())
    .map((hex) => Number.parseInt(hex, 16));
  const port = Number.parseInt(match[2] as string, 16);
  return { host: hostOf(bytes), port };
}

function hostOf(bytes: readonly number[]): string {
  const mapped = bytes.length === 16 && bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255;
  if (bytes.length === 4 || mapped) return bytes.slice(-4).join(".");
  const groups = Array.from({ length: 8 }, (_, index) => ((bytes[2 * index] ?? 0) << 8) | (bytes[2 * index + 1] ?? 0));
  return groups.map((group) => group.toString(16)).join(":");
}
