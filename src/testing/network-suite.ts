// What every Network does, as facts: this machine, OpenSSH, embedded SSH, simulated, and yours.
import { type ConformanceSuite, makeSuite } from "./facts.ts";
import { backPressureFacts } from "./network/back-pressure.ts";
import { Bench } from "./network/bench.ts";
import { bytesFacts } from "./network/bytes.ts";
import { connectFacts } from "./network/connect.ts";
import { disposalFacts } from "./network/disposal.ts";
import { halfCloseFacts } from "./network/half-close.ts";
import { listenFacts } from "./network/listen.ts";
import type { NetworkFixture } from "./network/network-fixture.ts";
import { resetFacts } from "./network/reset.ts";

/**
 * The facts about a {@link Network}: bytes, half-close, reset, back-pressure, connect, listen, accept, disposal. `open` is called once, with the
 * first fact; what it rejects with, each fact rejects with.
 *
 * @example
 * const suite = networkSuite(async () => ({
 *   network: mine, peer: systemNetwork, loopback: "127.0.0.1", close: async () => {},
 *   capabilities: { chooseLocalEnd: false, knowsRemoteAddress: true, resetReachesPeer: true, seesPeerReset: true },
 * }));
 */
export function networkSuite(open: () => Promise<NetworkFixture>): ConformanceSuite {
  const bench = new Bench(open);
  return makeSuite(bench, (facts) => {
    bytesFacts(facts, bench);
    halfCloseFacts(facts, bench);
    resetFacts(facts, bench);
    backPressureFacts(facts, bench);
    connectFacts(facts, bench);
    listenFacts(facts, bench);
    disposalFacts(facts, bench);
  });
}
