// One suite for every Network: this machine, OpenSSH, embedded SSH, simulated. See README.md for how to run it on a new one.
import { afterAll, afterEach, beforeAll, describe } from "vitest";
import { describeBackPressure } from "./network/back-pressure.ts";
import { Bench } from "./network/bench.ts";
import { describeBytes } from "./network/bytes.ts";
import { describeConnect } from "./network/connect.ts";
import { describeDisposal } from "./network/disposal.ts";
import { describeHalfClose } from "./network/half-close.ts";
import { describeListen } from "./network/listen.ts";
import { describeReset } from "./network/reset.ts";
import type { NetworkFixture, NetworkSuiteOptions } from "./network-fixture.ts";

export type { NetworkFixture, NetworkSuiteOptions } from "./network-fixture.ts";

/** Declares the suite. `open` is called once, before the first fact; `close` of its result after the last one. */
export function describeNetwork(
  name: string,
  open: () => Promise<NetworkFixture>,
  options: NetworkSuiteOptions = {},
): void {
  const title = options.skip === undefined ? `network: ${name}` : `network: ${name} (skipped: ${options.skip})`;
  describe.skipIf(options.skip !== undefined)(title, () => {
    const bench = new Bench(open);
    beforeAll(() => bench.open());
    afterEach(() => bench.clear());
    afterAll(() => bench.close());
    describeBytes(bench);
    describeHalfClose(bench);
    describeReset(bench);
    describeBackPressure(bench);
    describeConnect(bench);
    describeListen(bench);
    describeDisposal(bench);
  });
}
