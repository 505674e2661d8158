import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ModelWorld, type Scenario } from "./model-world.ts";

/** More of them: RELAY_RUNS=100000 npx vitest run test/protocol/relay/properties.test.ts */
const numRuns = Number(process.env["RELAY_RUNS"] ?? 1500);
const longRun = 20_000 + numRuns * 10;

const commandLine = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom("PASV", "EPSV", "LPSV", "PORT 127,0,0,1,200,1", "EPRT |1|127.0.0.1|51201|") },
  { weight: 4, arbitrary: fc.constantFrom("RETR", "STOR", "LIST") },
  { weight: 1, arbitrary: fc.constantFrom("RETR missing", "STOR missing") },
  { weight: 1, arbitrary: fc.constantFrom("PORT 10,0,0,1,200,1", "PORT nonsense", "AUTH TLS", " malformed", "REIN") },
  { weight: 2, arbitrary: fc.constantFrom("NOOP", "STAT", "PWD", "TYPE I", "REST 5", "FOO") },
  { weight: 1, arbitrary: fc.constant("ABOR") },
);

/** Transfers get a name of their own, so that every reply can be told from every other. */
const lines = fc
  .array(commandLine, { maxLength: 14 })
  .map((all) => [
    "USER me",
    "PASS x",
    ...all.map((line, n) => (/^(RETR|STOR|LIST)/.test(line) ? named(line, n) : line)),
  ]);
const named = (line: string, n: number): string => (line.includes("missing") ? `${line}${n}` : `${line} f${n}`);

const scenario: fc.Arbitrary<Scenario> = fc.record({
  kind: fc.record({ epsv: fc.boolean(), pasv: fc.boolean(), readsDuringTransfer: fc.boolean() }),
  backMode: fc.constantFrom("auto", "passive", "active"),
  keepaliveMs: fc.constantFrom(0, 1000),
  lines,
  mishaps: fc.boolean(),
});
const choices = fc.array(fc.nat(60), { maxLength: 120 });

describe("a relay between an honest server and any client", () => {
  it(
    "answers every command once and in order, and confirms no transfer that was not carried whole",
    () => {
      fc.assert(
        fc.property(scenario, choices, (given, chosen) => {
          const world = new ModelWorld(given);
          world.run(chosen);
          for (const line of world.checker.confirmed) {
            const pair = world.data.pairOf(line);
            expect([line, pair?.copied, pair?.finished]).toEqual([line, "eof", true]);
          }
          for (const line of world.server.stored)
            expect([line, world.data.pairOf(line)?.copied]).toEqual([line, "eof"]);
        }),
        { numRuns },
      );
    },
    longRun,
  );

  it(
    "confirms every transfer where nothing goes wrong",
    () => {
      const calm = scenario.map((given) => ({
        ...given,
        mishaps: false,
        backMode: given.backMode === "passive" ? "auto" : given.backMode,
        lines: given.lines.filter((line) => line !== "ABOR"),
      }));
      fc.assert(
        fc.property(calm, choices, (given, chosen) => {
          const world = new ModelWorld(given);
          world.run(chosen);
          const transfers = given.lines.filter((line) => /^(RETR|STOR|LIST) f/.test(line));
          expect(world.checker.confirmed).toEqual(transfers);
        }),
        { numRuns },
      );
    },
    longRun,
  );
});
