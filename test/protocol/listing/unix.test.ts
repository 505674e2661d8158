import { describe, expect, test } from "vitest";
import { parseListing } from "../../../src/protocol/listing/parse-listing.ts";
import { nowMs, readListing } from "./listing-text.ts";

/** The only entry of a listing of one line. */
function entryOf(line: string) {
  const { entries, unread } = parseListing([line], { command: "LIST", nowMs });
  expect(unread).toEqual([]);
  expect(entries).toHaveLength(1);
  return entries[0]!;
}

describe("whole listings", () => {
  test("GNU ls", () => {
    const text = `total 28
drwxr-xr-x  4 anna staff  4096 Nov 21 09:15 .
drwxr-xr-x 17 root root   4096 Jan  3  2025 ..
-rw-r--r--  1 anna staff 10485 Nov 22 11:59 notes.txt
-rw-r-----+ 1 anna staff     0 Feb 29  2024 leap.day
-rwsr-xr-t. 1 anna staff  7001 Dec 24 18:00 last christmas.sh
lrwxrwxrwx  1 anna staff     9 Jun  1 00:00 current -> notes.txt
drwxrwsr-x@ 2 anna staff  4096 Nov 22 08:07 with space at end 
`;
    expect(readListing(text)).toEqual({
      format: "unix",
      entries: [
        "file 10485 2026-11-22T11:59 notes.txt",
        "file 0 2024-02-29 leap.day",
        "file 7001 2025-12-24T18:00 last christmas.sh",
        "link 9 2026-06-01T00:00 current -> notes.txt",
        "directory - 2026-11-22T08:07 with space at end ",
      ],
      unread: [],
    });
  });

  test("vsftpd, with CR before each line's end", () => {
    const text =
      "-rw-r--r--    1 ftp      ftp          1170 Aug 19 10:02 README\r\ndrwxr-xr-x    2 0        0            4096 Mar 01  2023 pub\r\n";
    expect(readListing(text)).toEqual({
      format: "unix",
      entries: ["file 1170 2026-08-19T10:02 README", "directory - 2023-03-01 pub"],
      unread: [],
    });
  });

  test("ProFTPD and IIS in Unix style, which have other widths", () => {
    const text = `-rw-r--r--   1 web      www-data  2147483648 Oct  9 07:31 big.iso
drwxrwxrwx   1 owner    group               0 Sep 30 23:59 Program Files
-rwxrwxrwx   1 owner    group           44544 May 14  2019 setup.exe`;
    expect(readListing(text).entries).toEqual([
      "file 2147483648 2026-10-09T07:31 big.iso",
      "directory - 2026-09-30T23:59 Program Files",
      "file 44544 2019-05-14 setup.exe",
    ]);
  });

  test("NetPresenz: folders have a word and no links, files three numbers", () => {
    const text = `drwxrwxr-x               folder        7 Apr 12  1997 incoming
-------r--         326  1391972  1392298 Nov 22  1995 MegaPhone.sit`;
    expect(readListing(text).entries).toEqual([
      "directory - 1997-04-12 incoming",
      "file 1392298 1995-11-22 MegaPhone.sit",
    ]);
  });

  test("an empty directory has a format and no entries", () => {
    expect(readListing("total 0")).toEqual({ format: "unix", entries: [], unread: [] });
  });

  test("the directory itself is told apart from what is in it", () => {
    const { self, entries } = parseListing(
      ["drwxr-x--x 3 u g 4096 Nov 21 09:15 .", "drwxr-xr-x 9 u g 4096 Nov 21 09:15 .."],
      { command: "LIST", nowMs },
    );
    expect(self).toMatchObject({ name: ".", mode: 0o751 });
    expect(entries).toEqual([]);
  });

  test("ls -R: what is in directories below is reported, not mixed in", () => {
    const text = `.:
total 4
-rw-r--r-- 1 u g 1 Nov 21 09:15 here
drwxr-xr-x 2 u g 1 Nov 21 09:15 below

./below:
total 8
-rw-r--r-- 1 u g 1 Nov 21 09:15 there`;
    expect(readListing(text)).toMatchObject({
      entries: ["file 1 2026-11-21T09:15 here", "directory - 2026-11-21T09:15 below"],
      unread: ["6 other-directory", "7 other-directory", "8 other-directory"],
    });
  });

  test("a message in the middle is reported with its line", () => {
    const text = `-rw-r--r-- 1 u g 1 Nov 21 09:15 a
ls: reading directory '.': Input/output error
-rw-r--r-- 1 u g 1 Nov 21 09:15 b`;
    expect(readListing(text)).toMatchObject({ entries: [expect.anything(), expect.anything()], unread: ["2 unknown"] });
  });
});

describe("the columns", () => {
  test.each([
    ["-rw-r--r-- 1 anna staff 5 Nov 21 09:15 f", { links: 1, owner: "anna", group: "staff", size: 5 }],
    ["-rw-r--r-- 1 anna 5 Nov 21 09:15 f", { links: 1, owner: "anna", group: undefined, size: 5 }],
    ["-rw-r--r-- 1 1000 100 5 Nov 21 09:15 f", { links: 1, owner: "1000", group: "100", size: 5 }],
    ["-rw-r--r-- anna staff 5 Nov 21 09:15 f", { links: undefined, owner: "anna", group: "staff", size: 5 }],
    ["-rw-r--r-- 5 Nov 21 09:15 f", { links: undefined, owner: undefined, size: 5 }],
    ["-rw-r--r-- 1 CORP\\anna Domain Users 5 Nov 21 09:15 f", { owner: "CORP\\anna", group: "Domain Users", size: 5 }],
    ["-rw-r--r-- 1 Nov 22 5 Nov 21 09:15 f", { owner: "Nov", group: "22", size: 5 }],
    ["8123 4 -rw-r--r-- 1 anna staff 5 Nov 21 09:15 f", { owner: "anna", size: 5, name: "f" }],
    ["crw-rw-rw- 1 root root 1, 3 Nov 21 09:15 null", { type: "other", size: undefined, group: "root", name: "null" }],
    ["brw-rw---- 1 root disk 8,17 Nov 21 09:15 sdb1", { type: "other", size: undefined, group: "disk", name: "sdb1" }],
    ["crw------- 1 root wheel 0x3000002 Nov 21 09:15 null", { type: "other", group: "wheel", name: "null" }],
    ["srwxr-xr-x 1 u g 0 Nov 21 09:15 s", { type: "other", mode: 0o755 }],
    ["-rw-r--r-- 1 u g 1.5M Nov 21 09:15 human", { size: undefined, name: "human" }],
    ["-rw-r--r-- 1 u g 99999999999999999999 Nov 21 09:15 huge", { size: undefined, name: "huge" }],
    ["-rwSr-lr-T 1 u g 5 Nov 21 09:15 f", { mode: 0o7644 }],
    ["d????????? ? ? ?    ?            ? gone", { type: "directory", name: "gone" }],
    ["?????????? ? ? ?    ?            ? gone", { name: "gone" }],
    ["drwxr-xr-x 1 u g 5 Nov 21 09:15 slash/", { type: "directory", name: "slash" }],
  ])("%s", (line, facts) => {
    expect(entryOf(line)).toMatchObject(facts);
  });

  test("the name keeps its leading spaces, and everything that looks like a date", () => {
    expect(entryOf("-rw-r--r-- 1 u g 5 Nov 21 09:15   two spaces").name).toBe("  two spaces");
    expect(entryOf("-rw-r--r-- 1 u g 5 Nov  1  2020  one space").name).toBe(" one space");
    expect(entryOf("-rw-r--r-- 1 u g 5 Nov 21 09:15 7 Jan  3  2020 x").name).toBe("7 Jan  3  2020 x");
    expect(entryOf("-rw-r--r-- 1 u g 5 Nov 21 09:15 \xc3\xa0\xa0").name).toBe("\xc3\xa0\xa0");
    expect(entryOf("-rw-r--r-- 1 u g 5 Nov 21 09:15 a -> b").name).toBe("a -> b");
  });

  test("the length of a link's target tells which arrow is the arrow", () => {
    expect(entryOf("lrwxrwxrwx 1 u g 3 Nov 21 09:15 a -> b -> c/d")).toMatchObject({ name: "a -> b", target: "c/d" });
    expect(entryOf("lrwxrwxrwx 1 u g 8 Nov 21 09:15 a -> b -> c/d")).toMatchObject({ name: "a", target: "b -> c/d" });
    expect(entryOf("lrwxrwxrwx 1 u g 99 Nov 21 09:15 a -> b -> c/d")).toMatchObject({ name: "a", target: "b -> c/d" });
    expect(entryOf("lrwxrwxrwx 1 u g 0 Nov 21 09:15 a").target).toBeUndefined();
  });

  test.each(["-rw-r--r-- 1 u g 5 Nov 21 09:15", "-rw-r--r-- 1 u g 5 Nov 21 09:15 ", "-rw-r--r-- 1 u g Nov 21 09:15 f"])(
    "%j is reported: there is no name or no size",
    (line) => {
      expect(readListing(line)).toMatchObject({ entries: [], unread: [expect.stringMatching(/^1 /)] });
    },
  );
});
