// The published suite for SSH hosts, declared for vitest and run on what carries ours: OpenSSH, embedded, simulated; and what users read of refusals.
import { afterAll, beforeAll, describe, test } from "vitest";
import type { OpenedSshHost, SshHostFixture, SshHostTraits } from "../../src/testing/ssh-host/ssh-host-fixture.ts";
import { sshHostSuite } from "../../src/testing/ssh-host-suite.ts";
import { describeRefusals, type Refusing } from "./ssh-connection/refusals.ts";

export interface SshConnectionFixture extends SshHostFixture {
  /** Where the server follows a script. */
  readonly rules?: Refusing;
}

export interface SshConnectionTraits extends SshHostTraits {
  /** The server is one of ours that follows a script. */
  readonly isScripted?: boolean;
  /** Skips the whole suite and says why. */
  readonly skip?: string;
}

/** Declares the suite. `open` is called before the first fact; `close` of its result after the last one. */
export function describeSshConnection(
  name: string,
  traits: SshConnectionTraits,
  open: () => Promise<SshConnectionFixture>,
): void {
  const title = `SSH connection: ${name}${traits.skip === undefined ? "" : ` (skipped: ${traits.skip})`}`;
  describe.skipIf(traits.skip !== undefined)(title, () => {
    let fixture: SshConnectionFixture;
    let first: OpenedSshHost | undefined;
    // Not with the first fact: what belongs to all of them is nothing that one has left.
    beforeAll(async () => {
      fixture = await open();
      first = await fixture.connect();
    });
    const connect = async (): Promise<OpenedSshHost> => {
      const opened = first ?? (await fixture.connect());
      first = undefined;
      return opened;
    };
    const suite = sshHostSuite(traits, async () => ({ ...fixture, connect }));
    afterAll(() => suite[Symbol.asyncDispose]());
    for (const fact of suite.cases) test(fact.name, fact.run);
    describeRefusals(() => fixture, traits);
  });
}
