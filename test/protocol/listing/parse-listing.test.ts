import { describe, expect, test } from "vitest";
import { limits } from "../../../src/protocol/limits.ts";
import { parseListing } from "../../../src/protocol/listing/parse-listing.ts";
import { nowMs, readListing } from "./listing-text.ts";

const unixLine = (name: string): string => `-rw-r--r-- 1 u g 5 Nov 21 09:15 ${name}`;

describe("names", () => {
  test("of NLST are whole lines", () => {
    expect(readListing("a\n\n  b c \n  \n-rw-r--r--\ntotal 5\r\n\xff", { command: "NLST" })).toEqual({
      format: "names",
      entries: ["- - - a", "- - -   b c ", "- - -   ", "- - - -rw-r--r--", "- - - total 5", "- - - \xff"],
      unread: [],
    });
  });

  test.each(["../x", "/etc/passwd", "a/b", "..//"])("that lead elsewhere are no entries: %s", (name) => {
    expect(readListing(unixLine(name))).toMatchObject({ entries: [], unread: ["1 path"] });
    expect(readListing(`type=file; ${name}`, { command: "MLSD" })).toMatchObject({ entries: [], unread: ["1 path"] });
    expect(readListing(name, { command: "NLST" })).toMatchObject({ entries: [], unread: ["1 path"] });
  });

  test("with a path are kept on request", () => {
    expect(readListing("dir/a\n../b", { command: "NLST", names: "paths" }).entries).toEqual([
      "- - - dir/a",
      "- - - ../b",
    ]);
  });

  test("with NUL, and no name at all, are reported", () => {
    expect(readListing(`${unixLine("a\0b")}\n${unixLine("b")}`)).toMatchObject({ unread: ["1 nul"] });
    expect(readListing("type=file; ", { command: "MLSD" })).toMatchObject({ entries: [], unread: ["1 no-name"] });
  });
});

describe("a listing", () => {
  test("that is empty or blank has no format and no faults", () => {
    for (const text of ["", "\r", "\n\n  \n"])
      expect(readListing(text)).toEqual({ format: undefined, entries: [], unread: [] });
  });

  test("of nothing understandable is reported line by line", () => {
    expect(readListing("ls: no such file\nsorry")).toEqual({
      format: undefined,
      entries: [],
      unread: ["1 unknown", "2 unknown"],
    });
  });

  test("is recognised behind messages", () => {
    const text = `welcome to the files\nhave fun\n${unixLine("a")}`;
    expect(readListing(text)).toMatchObject({ format: "unix", unread: ["1 unknown", "2 unknown"] });
  });

  test("has lines up to the limit, and reports a longer one without its end", () => {
    const fits = "x".repeat(limits.listedLineBytesMax);
    const { entries, unread } = parseListing([fits, `${fits}y`], { command: "NLST", nowMs });
    expect(entries).toEqual([{ name: fits }]);
    expect(unread).toEqual([{ number: 2, text: fits, reason: "too-long" }]);
  });

  test("has as many lines as the limit, and one more is an error", () => {
    const lines = new Array<string>(limits.listedEntriesMax).fill("");
    expect(parseListing(lines, { command: "LIST", nowMs }).entries).toEqual([]);
    lines.push("");
    expect(() => parseListing(lines, { command: "LIST", nowMs })).toThrow(
      expect.objectContaining({ code: "LIMIT_LISTING" }),
    );
  });
});
