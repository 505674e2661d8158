// An attempt to make an SSH connection, which a test ends as it likes.
import type { Network } from "../../src/platform/network.ts";
import { type ErrorCode, SallyportError } from "../../src/protocol/error.ts";
import { commandPurpose, sessionRefused } from "../../src/ssh/refusals.ts";
import type { SshConnection } from "../../src/ssh/ssh-connection.ts";

export const failure = (code: ErrorCode): SallyportError => new SallyportError(code, `broken by the test: ${code}`);

/** One attempt to connect: the test ends it. */
export class Attempt {
  readonly signal: AbortSignal;
  readonly commands: string[] = [];
  isDisposed = false;
  /** What `exec` waits for. */
  command: Promise<void> = Promise.resolve();
  /** So many commands are refused as sshd refuses a session too many. */
  refusals = 0;
  lose: (error: SallyportError) => void = () => {};
  fail: (error: unknown) => void = () => {};
  #succeed: (connection: SshConnection) => void = () => {};
  readonly connection: Promise<SshConnection> = new Promise((resolve, reject) => {
    this.#succeed = resolve;
    this.fail = reject;
  });

  constructor(signal: AbortSignal) {
    this.signal = signal;
    signal.addEventListener("abort", () => this.fail(signal.reason));
  }

  succeed(): SshConnection {
    let settle: (error: SallyportError | undefined) => void = () => {};
    const lost = new Promise<SallyportError | undefined>((resolve) => {
      settle = resolve;
    });
    this.lose = settle;
    const connection = {
      transport: "embedded" as const,
      target: "me@host",
      serverAddress: "192.0.2.1",
      network: { name: "remote" } as Network,
      lost,
      exec: async (command: string) => {
        this.commands.push(command);
        await this.command;
        if (this.refusals-- > 0) throw sessionRefused(commandPurpose, 2, "open failed");
        return { succeeded: true, stdout: "" };
      },
      openSubsystem: async (name: string) => {
        this.commands.push(`subsystem ${name}`);
        throw failure("SSH_CHANNEL_REFUSED");
      },
      [Symbol.asyncDispose]: async () => {
        this.isDisposed = true;
        settle(undefined);
      },
    };
    this.#succeed(connection);
    return connection;
  }
}
