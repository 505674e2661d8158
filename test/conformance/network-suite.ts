// The published suite for every Network, declared for vitest: this machine, OpenSSH, embedded SSH, simulated.
import { afterAll, describe, test } from "vitest";
import type { NetworkFixture } from "../../src/testing/network/network-fixture.ts";
import { networkSuite } from "../../src/testing/network-suite.ts";

/** Declares the suite. `open` is called with the first fact; `close` of its result after the last one. `skip` says why. */
export function describeNetwork(
  name: string,
  open: () => Promise<NetworkFixture>,
  { skip }: { readonly skip?: string } = {},
): void {
  const title = skip === undefined ? `network: ${name}` : `network: ${name} (skipped: ${skip})`;
  describe.skipIf(skip !== undefined)(title, () => {
    const suite = networkSuite(open);
    afterAll(() => suite[Symbol.asyncDispose]());
    for (const fact of suite.cases) test(fact.name, fact.run);
  });
}
