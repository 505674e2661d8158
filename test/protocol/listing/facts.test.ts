import { describe, expect, test } from "vitest";
import { parseFactsLine } from "../../../src/protocol/listing/parse-facts-line.ts";
import { parseListing } from "../../../src/protocol/listing/parse-listing.ts";
import { nowMs, readListing } from "./listing-text.ts";

describe("a line of facts", () => {
  test.each([
    ["type=file;size=5;modify=20261122120000; name", { name: "name", type: "file", size: 5 }],
    ["Type=FILE;Size=5; name", { type: "file", size: 5 }],
    [" name without facts", { name: "name without facts" }],
    ["type=file;   three spaces, the last two in the name", { name: "  three spaces, the last two in the name" }],
    ["type=file; a=b; c", { name: "a=b; c", type: "file" }],
    ["type=file;size=5 no last semicolon", { name: "no last semicolon", size: 5 }],
    ["UNIX.groupname=Domain Users;type=file; name", { name: "name", group: "Domain Users", type: "file" }],
    ["type=file; \xff\xc3\xa4\x80", { name: "\xff\xc3\xa4\x80" }],
    ["type=OS.unix=symlink; l", { type: "link" }],
    ["type=OS.unix=slink:/to; l", { type: "link", target: "/to" }],
    ["type=OS.unix=chr-1/3; null", { type: "other" }],
    ["type=__proto__; x", { type: "other" }],
    ["unix.mode=04755;unix.uid=0;unix.ownername=root;unix.gid=7; f", { mode: 0o4755, owner: "root", group: "7" }],
    ["perm=adfrw;unique=12U3; f", { permissions: "adfrw", id: "12U3" }],
    ["size=1;size=2; f", { size: 1 }],
  ])("%j", (line, facts) => {
    expect(parseFactsLine(line)).toMatchObject(facts);
  });

  test("a size or a mode that is none is not known", () => {
    for (const line of ["size=-1; f", "size=1e3; f", "size=99999999999999999999; f", "size=; f", "unix.mode=0999; f"]) {
      expect(parseFactsLine(line)).toMatchObject({ name: "f" });
      expect(parseFactsLine(line)?.size).toBeUndefined();
      expect(parseFactsLine(line)?.mode).toBeUndefined();
    }
  });

  test("unknown facts are kept by their lower-case names", () => {
    expect(parseFactsLine("Type=file;Media-Type=text/plain;X.hash=a=b; f")?.others).toEqual(
      new Map([
        ["media-type", "text/plain"],
        ["x.hash", "a=b"],
      ]),
    );
    expect(parseFactsLine("type=file; f")?.others).toBeUndefined();
  });

  test.each([
    ["20261122120000", { ms: nowMs, precision: "second", zone: "utc" }],
    ["20261122120000.5", { ms: nowMs + 500, precision: "millisecond", zone: "utc" }],
    ["20261122120000.123456", { ms: nowMs + 123, precision: "millisecond", zone: "utc" }],
    ["20261322120000", undefined],
    ["2026", undefined],
  ])("modify=%s", (value, modified) => {
    expect(parseFactsLine(`modify=${value}; f`)?.modified).toEqual(modified);
  });

  test.each(["", "name", "type;size=5; f", "=x; f", "two words; f", "-rw-r--r-- 1 u g 5 Nov 21 09:15 f"])(
    "%j is none",
    (line) => {
      expect(parseFactsLine(line)).toBeUndefined();
    },
  );
});

describe("MLSD", () => {
  test("the directory itself and the one above are no entries, whatever they are called", () => {
    const lines = ["type=cdir;perm=el; /pub/files", "type=pdir; /pub", "type=dir; below", "type=file;size=1; a"];
    const listing = parseListing(lines, { command: "MLSD", nowMs });
    expect(listing.format).toBe("facts");
    expect(listing.entries.map(({ name }) => name)).toEqual(["below", "a"]);
    expect(listing.self).toMatchObject({ name: ".", permissions: "el" });
    expect(listing.unread).toEqual([]);
  });

  test("a name that only looks like the fact of the directory itself is an entry", () => {
    const { entries } = parseListing(["type=file; type=cdir; x"], { command: "MLSD", nowMs });
    expect(entries.map(({ name }) => name)).toEqual(["type=cdir; x"]);
  });

  test("such lines are recognised in LIST too", () => {
    expect(readListing("type=dir;modify=20261122120000; d\ntype=file;size=3; f")).toEqual({
      format: "facts",
      entries: ["directory - 2026-11-22T12:00:00Z d", "file 3 - f"],
      unread: [],
    });
  });
});
