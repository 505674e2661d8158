// What clients and servers may do in a model world, and how many of these worlds are tried.
import { fc } from "../../support/fast-check.ts";
import { patienceMs } from "../../support/patience.ts";
import type { Scenario } from "./model-world.ts";

/** More of them: RELAY_RUNS=100000 npx vitest run test/protocol/relay */
export const numRuns = Number(process.env["RELAY_RUNS"] ?? 1500);
/** Of one test, which computes all the time: a machine with other work makes it slow, not red. */
export const longRun = patienceMs + numRuns * 100;

const commandLine = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom("PASV", "EPSV", "LPSV", "PORT 127,0,0,1,200,1", "EPRT |1|127.0.0.1|51201|") },
  { weight: 4, arbitrary: fc.constantFrom("RETR", "STOR", "LIST") },
  { weight: 1, arbitrary: fc.constantFrom("RETR missing", "STOR missing") },
  { weight: 1, arbitrary: fc.constantFrom("PORT 10,0,0,1,200,1", "PORT nonsense", "AUTH TLS", " malformed", "REIN") },
  { weight: 2, arbitrary: fc.constantFrom("NOOP", "STAT", "PWD", "TYPE I", "REST 5", "FOO") },
  { weight: 2, arbitrary: fc.constantFrom("CWD", "CWD missing", "SIZE", "SIZE missing", "DELE", "MKD", "STOR quota") },
  { weight: 1, arbitrary: fc.constantFrom("USER other", "USER root") },
  { weight: 2, arbitrary: fc.constant("ABOR") },
);

/** Transfers get their own name, so that every reply can be told from every other. */
const lines = fc
  .array(commandLine, { maxLength: 14 })
  .map((all) => [
    "USER me",
    "PASS x",
    ...all.map((line, n) => (/^(RETR|STOR|LIST|CWD|SIZE|DELE|MKD)/.test(line) ? named(line, n) : line)),
  ]);
const named = (line: string, n: number): string => (line.includes(" ") ? `${line}${n}` : `${line} f${n}`);

export const scenario: fc.Arbitrary<Scenario> = fc.record({
  kind: fc.record({
    epsv: fc.boolean(),
    pasv: fc.boolean(),
    readsDuringTransfer: fc.boolean(),
    answersDuringTransfer: fc.boolean(),
    leavesOutBroken: fc.boolean(),
  }),
  upstreamMode: fc.constantFrom("auto", "passive", "active"),
  keepaliveMs: fc.constantFrom(0, 1000),
  lines,
  mishaps: fc.boolean(),
});
export const choices = fc.array(fc.nat(60), { maxLength: 120 });
