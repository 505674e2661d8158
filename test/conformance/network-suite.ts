// The published suite for every Network, declared for vitest: this machine, OpenSSH, embedded SSH, simulated.
import { afterAll, beforeAll, describe, test } from "vitest";
import type { NetworkFixture } from "../../src/testing/network/network-fixture.ts";
import { networkSuite } from "../../src/testing/network-suite.ts";

/** What the kernel of Linux may hold, and a little: what is sent to fill it all takes time to encrypt. */
const inFlightBytesMax = 40 * 1_048_576;

/** Declares the suite. `open` is called before the first fact; `close` of its result after the last one. `skip` says why. */
export function describeNetwork(
  name: string,
  open: () => Promise<NetworkFixture>,
  { skip }: { readonly skip?: string } = {},
): void {
  const title = skip === undefined ? `network: ${name}` : `network: ${name} (skipped: ${skip})`;
  describe.skipIf(skip !== undefined)(title, () => {
    let fixture: NetworkFixture;
    // Not with the first fact: what belongs to all of them is nothing that one has left.
    beforeAll(async () => {
      fixture = await open();
    });
    const suite = networkSuite(async () => ({ inFlightBytesMax, ...fixture }));
    afterAll(() => suite[Symbol.asyncDispose]());
    for (const fact of suite.cases) test(fact.name, fact.run);
  });
}
