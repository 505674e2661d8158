// Every scenario with real programs on a real network, against what the simulated one comes to. Nothing may differ but what
// src/lab/real/differences.ts explains.
import { describe, expect, test } from "vitest";
import type { Evidence, LabEvent } from "../../src/lab/evidence.ts";
import { differenceFor, differences } from "../../src/lab/real/differences.ts";
import { openRealStage } from "../../src/lab/real/open-real-stage.ts";
import { describeOutcome, isAsExpected, runOnStage, type Variant, variantsOf } from "../../src/lab/run-scenario.ts";
import type { Scenario } from "../../src/lab/scenario.ts";
import { scenarios } from "../../src/lab/scenarios.ts";
import type { OpenStage } from "../../src/lab/stage.ts";
import { isSallyportError } from "../../src/protocol/error.ts";
import { describePeers } from "../support/missing.ts";

type ConnectionEvent = Extract<LabEvent, { type: "connection" }>;

/** What the packets must show beside the outcome. */
const sights: Readonly<Record<string, Partial<ConnectionEvent>>> = {
  "S04/plain": { role: "data", fromHost: "client", toHost: "client", result: "refused", stoppedAt: "client" },
  "S05/plain": { role: "data", fromHost: "server", toHost: "server", result: "refused", stoppedAt: "server" },
  "S08/plain": { role: "data", fromHost: "client", toHost: "server", result: "made", clear: true },
  "S08/sallyport": { role: "forwarded", carries: "data", fromHost: "server", toHost: "server", result: "made" },
  "S09/plain": { role: "data", fromHost: "server", toHost: "client", result: "dropped", stoppedAt: "firewall" },
  "S10/plain": { role: "data", fromHost: "server", result: "dropped", stoppedAt: "provider" },
  "S11/plain": { role: "data", fromHost: "server", to: expect.stringMatching(/^203\.0\.113\.1:/), result: "made" },
  "S12/plain": { role: "data", fromHost: "client", result: "dropped", stoppedAt: "provider" },
};

function check({ name, run }: Variant, evidence: Evidence): void {
  const { outcome, events } = evidence;
  if (!isAsExpected(evidence, run) && differenceFor(name, outcome) === undefined) {
    const seen = events.map((event) => JSON.stringify(event)).join("\n");
    throw new Error(`${describeOutcome(outcome)}, and not: ${describeOutcome(run.expected)}\n${seen}`);
  }
  const sight = sights[name];
  if (sight !== undefined) expect(events).toContainEqual(expect.objectContaining({ type: "connection", ...sight }));
}

async function run(scenario: Scenario, variant: Variant): Promise<Evidence | string> {
  try {
    return await runOnStage(scenario.topology, variant.run, openRealStage);
  } catch (error) {
    // Only what the kernel itself has not got: programs are checked for above.
    if (isSallyportError(error) && error.code === "NET_UNSUPPORTED") return error.message;
    throw error;
  }
}

describePeers(["sshd", "vsftpd", "proftpd", "nft", "netns", "tcpdump"], "on a real network", () => {
  describe.concurrent("comes out as in the simulated one, or as explained:", () => {
    for (const scenario of scenarios) {
      for (const variant of variantsOf(scenario)) {
        test(`${variant.name} ${scenario.name}`, async ({ skip }) => {
          const evidence = await run(scenario, variant);
          if (typeof evidence === "string") skip(`left out, because ${evidence}`);
          else check(variant, evidence);
        });
      }
    }
  });

  test.each([
    ["S17/plain", "203.0.113.3:20"],
    ["S18/sharing-sshd/plain", "127.0.0.1:20"],
  ])("%s without time stamps is as simulated: the second transfer meets TIME_WAIT", async (name, local) => {
    const scenario = scenarios.find(({ number }) => name.startsWith(number));
    const variant = scenario && variantsOf(scenario).find((one) => one.name === name);
    if (scenario === undefined || variant === undefined) throw new Error(`no ${name}`);
    const open: OpenStage = (topology, name) => openRealStage(topology, name, { "ipv4/tcp_timestamps": 0 });
    const evidence = await runOnStage(scenario.topology, variant.run, open);
    expect(evidence.outcome).toEqual(variant.run.expected);
    const rows = evidence.events.flatMap((event) => (event.type === "netstat" ? event.rows : []));
    expect(rows).toContainEqual(expect.objectContaining({ local, state: "TIME_WAIT" }));
  });

  test("all twenty are there", () => {
    expect(scenarios.map(({ number }) => number)).toEqual(
      Array.from({ length: 20 }, (_, index) => `S${String(index + 1).padStart(2, "0")}`),
    );
  });
});

test("every explained difference is of a variant that exists, and is one", () => {
  const variants = scenarios.flatMap(variantsOf);
  for (const { variant, outcomes } of differences) {
    const { expected } = variants.find(({ name }) => name === variant)?.run ?? {};
    expect(expected, variant).toBeDefined();
    expect(outcomes.some((outcome) => JSON.stringify(outcome) !== JSON.stringify(expected))).toBe(true);
  }
});
