// What the tests give connectOpenSsh, and short ways to connect to the test sshd.
import { systemClock } from "../../../src/network/system-clock.ts";
import { systemRandom } from "../../../src/network/system-random.ts";
import type { TraceEventBody } from "../../../src/platform/trace.ts";
import { isSallyportError, type SallyportError } from "../../../src/protocol/error.ts";
import { connectOpenSsh } from "../../../src/ssh/openssh/connect-openssh.ts";
import type { OpenSshConnection } from "../../../src/ssh/openssh/openssh-connection.ts";
import type { SshEnvironment, SshOptions } from "../../../src/ssh/ssh-connection.ts";
import type { Sshd } from "../../support/sshd.ts";

export const never: AbortSignal = new AbortController().signal;
export const anyPort = { first: 0, last: 0 } as const;

export interface Heard extends SshEnvironment {
  readonly events: TraceEventBody[];
  /** Lines that the user was told. */
  readonly lines: string[];
}

export function environment(): Heard {
  const events: TraceEventBody[] = [];
  const lines: string[] = [];
  return {
    clock: systemClock,
    random: systemRandom,
    emit: (event) => events.push(event),
    tellUser: (line) => lines.push(line),
    events,
    lines,
  };
}

export async function connectTo(
  sshd: Pick<Sshd, "configFile" | "hostAlias">,
  more: Partial<SshOptions> = {},
  heard: Heard = environment(),
): Promise<OpenSshConnection> {
  const options = { host: sshd.hostAlias, configFile: sshd.configFile, ...more };
  return (await connectOpenSsh(options, heard, never)) as OpenSshConnection;
}

/** The SallyportError that the promise rejects with; fails for any other outcome. */
export async function failureOf(promise: Promise<unknown>): Promise<SallyportError> {
  const outcome = await promise.then(
    (value) => new Error(`no failure but ${String(value)}`),
    (reason: unknown) => reason,
  );
  if (!isSallyportError(outcome)) throw outcome;
  return outcome;
}
