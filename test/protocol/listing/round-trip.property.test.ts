import { describe, expect, test } from "vitest";
import { type FactName, factNames, factsLine } from "../../../src/protocol/listing/facts-line.ts";
import type { FileFacts } from "../../../src/protocol/listing/file-facts.ts";
import { listLine } from "../../../src/protocol/listing/list-line.ts";
import { parseFactsLine } from "../../../src/protocol/listing/parse-facts-line.ts";
import { type ParseListingOptions, parseListing } from "../../../src/protocol/listing/parse-listing.ts";
import { cpuMsOf } from "../../support/cpu-time.ts";
import { fc } from "../../support/fast-check.ts";
import { nowMs } from "./listing-text.ts";

const byte = fc.integer({ min: 1, max: 255 }).filter((code) => !"\r\n/".includes(String.fromCharCode(code)));
const name = fc
  .array(byte, { minLength: 1, maxLength: 40 })
  .map((codes) => String.fromCharCode(...codes))
  .filter((text) => text !== "." && text !== "..");
const word = fc.stringMatching(/^[a-z][a-z0-9._-]{0,12}$/);

const facts: fc.Arbitrary<FileFacts> = fc.record(
  {
    type: fc.constantFrom("file", "directory", "link", "other"),
    size: fc.maxSafeNat(),
    modifiedMs: fc.integer({ min: Date.UTC(1970, 0, 2), max: nowMs + 3_600_000 }).map((ms) => ms - (ms % 1000)),
    mode: fc.integer({ min: 0, max: 0o7777 }),
    links: fc.nat(99_999),
    owner: fc.oneof(word, fc.nat(70_000).map(String)),
    group: fc.oneof(word, fc.nat(70_000).map(String)),
    id: word,
    target: name,
  },
  { requiredKeys: ["type", "size", "modifiedMs", "mode"] },
);

describe("what our server writes", () => {
  test("with MLSD is read as the same facts", () => {
    fc.assert(
      fc.property(name, facts, fc.subarray([...factNames]), (entryName, written, wanted) => {
        const line = factsLine(entryName, written, { wanted: new Set<FactName>(wanted), writable: true });
        const read = parseFactsLine(line);
        const has = (fact: FactName, value: unknown): unknown => (wanted.includes(fact) ? value : undefined);
        expect(read?.name).toBe(entryName);
        expect(read?.type).toBe(has("type", written.type));
        expect(read?.size).toBe(has("size", written.type === "file" ? written.size : undefined));
        expect(read?.modified?.ms).toBe(has("modify", written.modifiedMs));
        expect(read?.mode).toBe(has("unix.mode", written.mode));
        expect(read?.id).toBe(has("unique", written.id));
        expect(read?.others).toBeUndefined();
      }),
    );
  });

  test("with LIST is read as the same facts, as fine as it tells them", () => {
    fc.assert(
      fc.property(name, facts, (entryName, written) => {
        // What LIST cannot say: a directory's name has no slash, so only arrows in names of links are ambiguous.
        fc.pre(!(written.type === "link" && `${entryName} -> ${written.target ?? ""}`.split(" -> ").length > 2));
        const { entries, unread, format } = parseListing([listLine({ name: entryName, facts: written }, nowMs)], {
          command: "LIST",
          nowMs,
        });
        expect(unread).toEqual([]);
        expect(format).toBe("unix");
        const [read] = entries;
        expect(read?.name).toBe(entryName);
        expect(read?.type).toBe(written.type);
        expect(read?.mode).toBe(written.mode);
        expect(read?.links).toBe(written.links ?? 1);
        expect(read?.owner).toBe(written.owner ?? "ftp");
        expect(read?.group).toBe(written.group ?? "ftp");
        if (written.type === "file") expect(read?.size).toBe(written.size);
        if (written.type === "link") expect(read?.target).toBe(written.target);
        const unit = read?.modified?.precision === "minute" ? 60_000 : 86_400_000;
        expect(read?.modified?.ms).toBe(written.modifiedMs - (written.modifiedMs % unit));
      }),
      { numRuns: 500 },
    );
  });
});

describe("garbage", () => {
  const piece = fc.oneof(
    fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) }),
    fc.constantFrom(
      ..."-rw-r--r--|d?????????|1|u|5|Nov|22|09:15|2026-11-22|total|Volume Unit Referred|PO|<DIR>|11-22-26".split("|"),
      ..."09:15AM|+|,|/|i8.4|\t|A.TXT;1|2/3|30-DEC-1996|[S,A]|(RWED)|JOB00123|OUTPUT|*DIR|type=|dir;|;|=| -> |:".split(
        "|",
      ),
      ..." Name VV.MM Created|Name Size TTR|d [RWCEAFMS]|Directory X|__proto__|\r|\0|\xa0".split("|"),
    ),
  );
  const line = fc.array(piece, { maxLength: 14 }).chain((pieces) => fc.constantFrom(pieces.join(" "), pieces.join("")));

  test("never throws, and every line is an entry, understood or reported", () => {
    const options: fc.Arbitrary<ParseListingOptions> = fc.record({
      command: fc.constantFrom("LIST", "MLSD", "NLST"),
      nowMs: fc.constant(nowMs),
      names: fc.constantFrom("plain", "paths", undefined),
    });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), options, (lines, how) => {
        const { entries, unread } = parseListing(lines, how);
        expect(entries.length + unread.length).toBeLessThanOrEqual(lines.length);
        for (const { name: entryName } of entries) {
          expect(entryName).not.toMatch(/\0|^$|^\.\.?$/);
          if (how.names !== "paths") expect(entryName).not.toContain("/");
        }
        for (const { number, text } of unread)
          expect(text.startsWith(lines[number - 1]?.replace(/\r$/, "") ?? "?")).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    " ".repeat(16_000),
    `${"1 ".repeat(8000)}`,
    `-rw-r--r-- ${"5 Nov ".repeat(2600)}`,
    `-rw-r--r-- 1 u g 5 Nov 21 09:15 ${" -> ".repeat(4000)}`,
    `${"a".repeat(8000)};1${" ".repeat(8000)}`,
    `11-22-26 09:15AM ${"\t".repeat(16_000)}`,
    `${"x=y;".repeat(4000)}`,
    `d????????? ${"? ".repeat(8000)}`,
    `owner ${" ".repeat(8000)}*DIR${" ".repeat(8000)}`,
    `${",".repeat(16_000)}`,
  ])("of one long line takes no longer than its length: %#", (text) => {
    const cpuMs = cpuMsOf(() => {
      for (let count = 0; count < 20; count += 1) parseListing([`${text}.`, `+${text}\t`], { command: "LIST", nowMs });
    });
    expect(cpuMs).toBeLessThan(2000);
  });
});
