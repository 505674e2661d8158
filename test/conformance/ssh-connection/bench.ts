// What the facts of the suite work with: the fixture, one connection that lasts, and connections of their own.
import { setMaxListeners } from "node:events";
import { isSallyportError } from "../../../src/protocol/error.ts";
import { until } from "../../support/until.ts";
import type { OpenedConnection, SshConnectionFixture, TestedConnection } from "../ssh-connection-fixture.ts";

export const never: AbortSignal = new AbortController().signal;
setMaxListeners(0, never); // the facts share it

export class SshBench {
  readonly #open: () => Promise<SshConnectionFixture>;
  #fixture: SshConnectionFixture | undefined;
  #opened: OpenedConnection | undefined;

  constructor(open: () => Promise<SshConnectionFixture>) {
    this.#open = open;
  }

  async open(): Promise<void> {
    this.#fixture = await this.#open();
    this.#opened = await this.#fixture.connect();
  }

  async close(): Promise<void> {
    await this.#opened?.connection[Symbol.asyncDispose]();
    await this.#fixture?.close();
  }

  get fixture(): SshConnectionFixture {
    return this.#fixture as SshConnectionFixture;
  }

  /** For facts that leave it as it was. */
  get connection(): TestedConnection {
    return (this.#opened as OpenedConnection).connection;
  }

  /** For facts that end it. */
  async another(): Promise<TestedConnection> {
    return (await this.fixture.connect()).connection;
  }

  exec(command: string): ReturnType<TestedConnection["exec"]> {
    return this.connection.exec(command, { signal: never });
  }

  async expectNothingOpen(): Promise<void> {
    await until("end of the channels", () => this.#opened?.leftovers().length === 0);
  }
}

/** What users get to see of a failure. Fails where there is none, or where it is none of ours. */
export async function failureOf(promise: Promise<unknown>): Promise<{
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
  readonly details: object;
}> {
  const outcome = await promise.then(
    (value) => new Error(`no failure but ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  if (!isSallyportError(outcome)) throw outcome;
  const { code, message, hint, details } = outcome;
  return { code, message, hint, details };
}
