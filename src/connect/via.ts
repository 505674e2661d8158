// An SSH host as the network of FTP clients: no local port is opened at all.
import { systemClock } from "../network/system-clock.ts";
import { systemRandom } from "../network/system-random.ts";
import type { Network } from "../platform/network.ts";
import type { Trace } from "../platform/trace.ts";
import type { SallyportError } from "../protocol/error.ts";
import { connectTransport } from "../ssh/connect-transport.ts";
import { askForNoDelay } from "../ssh/no-delay.ts";
import type { AskUser, SshEnvironment, SshOptions } from "../ssh/ssh-connection.ts";

export interface ViaOptions {
  /** Where to and how, in the words of ssh(1). */
  readonly ssh: SshOptions;
  /** Default `auto`: the system's OpenSSH where it can multiplex, else the embedded ssh2 library. */
  readonly transport?: "auto" | "openssh" | "embedded";
  /** ssh's -N: run no command at the SSH host. Default false: `true` is run once, for sshd before 10.1 then sends without delay. */
  readonly noCommand?: boolean;
  /** Answers questions of the embedded transport. Absent: such a question is a refusal. */
  readonly askUser?: AskUser;
  /** Receives ssh's own lines for the user. */
  readonly tellUser?: (line: string) => void;
}

/** The far end of one SSH connection. Disposal closes it with everything that goes through it. */
export interface Via extends AsyncDisposable {
  readonly network: Network;
  /** `user@host` as it was given. */
  readonly target: string;
  readonly transport: "openssh" | "embedded";
  /** Settles when the connection is gone: undefined after disposal, else why. Never rejects. */
  readonly lost: Promise<SallyportError | undefined>;
}

/** Connects to the SSH host. Throws `SSH_*`, or the signal's reason. */
export async function openVia(
  options: ViaOptions,
  { signal, trace }: { readonly signal?: AbortSignal; readonly trace?: Trace } = {},
): Promise<Via> {
  const { ssh, transport = "auto", askUser, tellUser } = options;
  const environment: SshEnvironment = {
    clock: systemClock,
    random: systemRandom,
    emit: (event) => trace?.({ ...event, session: 0, timeMs: systemClock.nowMs() }),
    ...(askUser === undefined ? {} : { askUser }),
    ...(tellUser === undefined ? {} : { tellUser }),
  };
  const stop = signal ?? new AbortController().signal;
  const connection = await connectTransport(transport, ssh, environment, stop);
  if (options.noCommand !== true) await askForNoDelay(connection, systemClock, stop);
  const { network, target, lost } = connection;
  return {
    network,
    target,
    transport: connection.transport,
    lost,
    [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose]() as Promise<void>,
  };
}
