// Opens embedded SSH connections to test servers.
import { systemClock } from "../../../src/network/system-clock.ts";
import { systemRandom } from "../../../src/network/system-random.ts";
import type { Clock } from "../../../src/platform/clock.ts";
import type { TraceEventBody } from "../../../src/platform/trace.ts";
import { connectEmbedded } from "../../../src/ssh/embedded/connect-embedded.ts";
import type { EmbeddedConnection } from "../../../src/ssh/embedded/embedded-connection.ts";
import type { AskUser, Question, SshEnvironment, SshOptions } from "../../../src/ssh/ssh-connection.ts";
import type { Sshd } from "../../support/sshd.ts";

export const never: AbortSignal = new AbortController().signal;
export const anyPort = { first: 0, last: 0 } as const;

/** An environment that keeps what it was told, asked and traced. */
export interface Witness {
  readonly environment: SshEnvironment;
  readonly told: string[];
  readonly asked: Question[];
  readonly events: TraceEventBody[];
}

/** `answers` are given to the questions in turn; without them nobody can be asked. `clock`: for tests of what time does. */
export function witness(answers?: readonly (string | undefined)[], clock: Clock = systemClock): Witness {
  const told: string[] = [];
  const asked: Question[] = [];
  const events: TraceEventBody[] = [];
  const askUser: AskUser = async (question) => {
    asked.push(question);
    return answers?.[asked.length - 1];
  };
  const environment: SshEnvironment = {
    clock,
    random: systemRandom,
    emit: (event) => events.push(event),
    tellUser: (line) => told.push(line),
    ...(answers === undefined ? {} : { askUser }),
  };
  return { environment, told, asked, events };
}

/** Connects to a test sshd as its ssh_config says; `more` wins. */
export async function openTo(
  sshd: Pick<Sshd, "configFile" | "hostAlias">,
  more: Partial<SshOptions> = {},
  { environment }: Witness = witness(),
): Promise<EmbeddedConnection> {
  const options = { host: sshd.hostAlias, configFile: sshd.configFile, ...more };
  return (await connectEmbedded(options, environment, never)) as EmbeddedConnection;
}

/** The reason why a promise rejects. */
export async function failureOf(
  promise: Promise<unknown>,
): Promise<{ code?: string; message?: string; hint?: string }> {
  return promise.then(
    () => ({ message: "did not fail" }),
    (error: unknown) => error as { code?: string; message?: string; hint?: string },
  );
}
