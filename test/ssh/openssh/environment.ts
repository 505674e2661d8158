// What the tests give connectOpenSsh: this machine's clock, and ears for what it says.
import { systemClock } from "../../../src/network/system-clock.ts";
import { systemRandom } from "../../../src/network/system-random.ts";
import type { TraceEventBody } from "../../../src/platform/trace.ts";
import type { SshEnvironment } from "../../../src/ssh/ssh-connection.ts";

export const never: AbortSignal = new AbortController().signal;

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
