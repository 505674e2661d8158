// sshd before 10.1 leaves Nagle's algorithm on until a session runs a command: a small message behind another one waits for
// an acknowledgement from here, and an FTP transfer has two such pairs, so a file costs four round trips instead of two.
import { type Clock, withDeadline } from "../platform/clock.ts";
import type { SshConnection } from "./ssh-connection.ts";

/** Does nothing, wherever there is a shell. */
const command = "true";
/** A forced command may be something that waits; it is then left to itself. */
const patienceMs = 10_000;

/** Runs a command for what it does to the connection. Never rejects: a server that refuses it is only slower. */
export async function askForNoDelay(connection: SshConnection, clock: Clock, signal: AbortSignal): Promise<void> {
  const deadline = withDeadline(clock, patienceMs, signal, () => new Error("no-delay command took too long"));
  try {
    await connection.exec(command, { signal: deadline.signal });
  } catch {
    // MaxSessions 0, a forced command that waits, the connection's end: nothing depends on it.
  } finally {
    deadline.release();
  }
}
