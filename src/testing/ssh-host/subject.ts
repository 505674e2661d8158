// What the facts about an SSH host work with: one host that lasts, and others for what ends them.
import { setMaxListeners } from "node:events";
import { until } from "../assertions.ts";
import type { SuiteLife } from "../facts.ts";
import type { OpenedSshHost, SshHostFixture, TestedSshHost } from "./ssh-host-fixture.ts";

/** A signal that never aborts, for any number of waiting calls. */
export const never: AbortSignal = new AbortController().signal;
setMaxListeners(0, never);

export class SshHostSubject implements SuiteLife {
  readonly #open: () => Promise<SshHostFixture>;
  #opening: Promise<OpenedSshHost> | undefined;
  #fixture: SshHostFixture | undefined;
  #opened: OpenedSshHost | undefined;
  readonly #others: Set<TestedSshHost> = new Set();

  constructor(open: () => Promise<SshHostFixture>) {
    this.#open = open;
  }

  get fixture(): SshHostFixture {
    if (this.#fixture === undefined) throw new Error("the fixture is not open");
    return this.#fixture;
  }

  /** For facts that leave it as it was. */
  get host(): TestedSshHost {
    if (this.#opened === undefined) throw new Error("the fixture is not open");
    return this.#opened.host;
  }

  /** For facts that end it. */
  async another(): Promise<TestedSshHost> {
    const { host } = await this.fixture.connect();
    this.#others.add(host);
    return host;
  }

  exec(command: string): ReturnType<TestedSshHost["exec"]> {
    return this.host.exec(command, never);
  }

  /** Opens the fixture once, and connects where no host lasts. */
  async prepare(): Promise<void> {
    this.#opening ??= this.#connect();
    this.#opened = await this.#opening;
  }

  /** The one that lasts was broken with the others: the next fact has a new one. */
  async forget(): Promise<void> {
    await this.host[Symbol.asyncDispose]();
    this.#opening = undefined;
  }

  /** After each fact no channel may be left. */
  async clear(): Promise<void> {
    const others = [...this.#others];
    this.#others.clear();
    await Promise.all(others.map((host) => host[Symbol.asyncDispose]()));
    const leftovers = (): readonly string[] => this.#opened?.leftovers?.() ?? [];
    await until(
      () => `nothing is left: ${leftovers().join(", ")}`,
      () => leftovers().length === 0,
    );
  }

  async close(): Promise<void> {
    await this.#opened?.host[Symbol.asyncDispose]();
    await this.#fixture?.close();
  }

  async #connect(): Promise<OpenedSshHost> {
    this.#fixture ??= await this.#open();
    return await this.#fixture.connect();
  }
}
