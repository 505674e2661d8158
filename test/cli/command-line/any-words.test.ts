import { expect, test } from "vitest";
import { flagOf } from "../../../src/cli/command-line/option-table.ts";
import { parseCommandLine } from "../../../src/cli/command-line/parse-command-line.ts";
import { tunnelOptions } from "../../../src/cli/command-line/tunnel-options.ts";
import { isSallyportError } from "../../../src/protocol/error.ts";
import { fc } from "../../support/fast-check.ts";

const names = tunnelOptions.flatMap(({ rows }) => rows.map(flagOf));
const word = fc.oneof(
  fc.constantFrom(...names),
  fc.tuple(fc.constantFrom(...names), fc.string()).map(([name, value]) => name + value),
  fc.tuple(fc.constantFrom(...names), fc.string()).map(([name, value]) => `${name}=${value}`),
  fc.constantFrom("--", "-", "", "h", "a@b", "tunnel", "2001:f:21", "[::1]:1:[::]:2", "ssh://h:1", "0.0.0.0/0", "1-2"),
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom(..."-:/[]@%=.,0129aLf ") }),
);

test("any words give a command, help, the version, or a refusal with a code and a hint, and nothing else", () => {
  const seen = new Map<string, number>();
  const count = (key: string): void => void seen.set(key, (seen.get(key) ?? 0) + 1);
  fc.assert(
    fc.property(fc.array(word, { maxLength: 8 }), (words) => {
      try {
        count(parseCommandLine(words).kind);
      } catch (error) {
        if (!isSallyportError(error)) throw error;
        expect(["USAGE_INVALID", "POLICY_BIND"]).toContain(error.code);
        expect(error.message).not.toBe("");
        expect(error.hint).toMatch(/[.?]$|-- /);
        count("refused");
      }
    }),
    { numRuns: 2000 },
  );
  // Otherwise this would have tested one way only.
  expect(seen.get("tunnel")).toBeGreaterThan(20);
  expect(seen.get("refused")).toBeGreaterThan(20);
});

test("parsing the same words twice gives the same command: nothing is remembered between two parses", () => {
  const words = ["-vL2001:f:21", "--passive-address", "192.0.2.1", "0.0.0.0/0", "-oA=b", "h", "--", "x"];
  expect(parseCommandLine(words)).toEqual(parseCommandLine(words));
});
