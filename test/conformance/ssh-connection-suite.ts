// One suite for every SshConnection: OpenSSH, embedded, simulated. See README.md for how to run it on a new one.
import { afterAll, beforeAll, describe } from "vitest";
import { SshBench } from "./ssh-connection/bench.ts";
import { describeEndings } from "./ssh-connection/endings.ts";
import { describeExec } from "./ssh-connection/exec.ts";
import { describeRefusals } from "./ssh-connection/refusals.ts";
import { describeSubsystems } from "./ssh-connection/subsystems.ts";
import type { SshConnectionFixture, SshConnectionTraits } from "./ssh-connection-fixture.ts";

/** Declares the suite. `open` is called once, before the first fact; `close` of its result after the last one. */
export function describeSshConnection(
  name: string,
  traits: SshConnectionTraits,
  open: () => Promise<SshConnectionFixture>,
): void {
  const title = `SSH connection: ${name}${traits.skip === undefined ? "" : ` (skipped: ${traits.skip})`}`;
  describe.skipIf(traits.skip !== undefined)(title, () => {
    const bench = new SshBench(open);
    beforeAll(() => bench.open());
    afterAll(() => bench.close());
    describeExec(bench, traits.commands);
    describeSubsystems(bench, traits.subsystems);
    describeRefusals(bench, traits);
    describeEndings(bench, traits);
  });
}
