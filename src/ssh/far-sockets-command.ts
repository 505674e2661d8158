// The one command whose output Sallyport reads at the remote end, for back mode default-port; its own SSH server knows it too.

const begin = "grep -hs ':";
const end = " 01 ' /proc/net/tcp /proc/net/tcp6; true";

/**
 * Prints the rows of established connections to `port` from the SSH host's table of TCP sockets (proc(5)) where that is
 * Linux, else nothing. The whole table of a busy host has megabytes.
 */
export function farSocketsCommand(port: number): string {
  return begin + port.toString(16).toUpperCase().padStart(4, "0") + end;
}

/** Whether it is this command, for any port. */
export function isFarSocketsCommand(command: string): boolean {
  return command === farSocketsCommand(Number.parseInt(command.slice(begin.length, -end.length), 16));
}
