import { describe, expect, test } from "vitest";
import { readListing } from "./listing-text.ts";

const timeIn = (date: string, now?: number): string | undefined => {
  const options = now === undefined ? {} : { nowMs: now };
  const [entry, ...more] = readListing(`-rw-r--r-- 1 u g 5 ${date} the name`, options).entries;
  expect(more).toEqual([]);
  return /^file 5 (\S+) the name$/.exec(entry ?? "")?.[1];
};

describe("dates of ls", () => {
  test.each([
    ["Nov 21 09:15", "2026-11-21T09:15"],
    ["Nov 21  2025", "2025-11-21"],
    ["Nov 21 9:15", "2026-11-21T09:15"],
    ["Nov 21 09:15:30 2024", "2024-11-21T09:15:30"],
    ["21 Nov 09:15", "2026-11-21T09:15"],
    ["21. Nov 2019", "2019-11-21"],
    ["2026-11-21 09:15", "2026-11-21T09:15"],
    ["2026/11/21 09:15", "2026-11-21T09:15"],
    ["2026-11-21 09:15:30", "2026-11-21T09:15:30"],
    ["2026-11-21 09:15:30.123456789 +0130", "2026-11-21T07:45:30Z"],
    ["2026-11-21 09:15:30.000000000 -0500", "2026-11-21T14:15:30Z"],
    ["11-21 09:15", "2026-11-21T09:15"],
    ["2019-11-21", "2019-11-21"],
  ])("%s is %s", (date, time) => {
    expect(timeIn(date)).toBe(time);
  });

  test.each([
    ["M\xe4r 21 09:15", "2026-03-21T09:15"],
    ["M\xc3\xa4r 21 09:15", "2026-03-21T09:15"],
    ["21. Dez 2020", "2020-12-21"],
    ["21 f\xc3\xa9vr. 09:15", "2026-02-21T09:15"],
    ["21 ao\xc3\xbbt 2020", "2020-08-21"],
    ["21 d\xe9c.  2020", "2020-12-21"],
    ["gen 21 09:15", "2026-01-21T09:15"],
    ["21 ene 2020", "2020-01-21"],
    ["kes\xc3\xa4 21 2020", "2020-06-21"],
    ["pa\xc5\xba 21 2020", "2020-10-21"],
    ["\xd0\xbc\xd0\xb0\xd1\x8f 21 2020", "2020-05-21"],
    ["11\xe6\x9c\x88 21 09:15", "2026-11-21T09:15"],
    ["11\xe6\x9c\x88 21\xe6\x97\xa5 09:15", "2026-11-21T09:15"],
    ["11\xd4\xc2 21 09:15", "2026-11-21T09:15"],
    ["11\xec\x9b\x94 21  2020", "2020-11-21"],
  ])("%j, in another language, is %s", (date, time) => {
    expect(timeIn(date)).toBe(time);
  });

  test.each([
    ["lis 21 09:15", "October or November"],
    ["srp 21 2020", "July or August"],
    ["\xcd\xcf\xd1 21 09:15", "in KOI8-R"],
    ["Feb 30 2020", "no day"],
    ["Nov 21 25:15", "no hour"],
    ["2026-13-21 09:15", "no month"],
  ])("%j (%s) has a name and size, and no time rather than a wrong one", (date) => {
    expect(timeIn(date)).toBe("-");
  });
});

describe("a time without a year", () => {
  const now = (iso: string): number => Date.parse(`${iso}Z`);

  test.each([
    ["2026-11-22T12:00", "Nov 22 12:00", "2026-11-22T12:00"],
    ["2026-11-22T12:00", "Nov 23 12:00", "2026-11-23T12:00"],
    ["2026-11-22T12:00", "Nov 23 12:01", "2025-11-23T12:01"],
    ["2026-11-22T12:00", "Dec 31 23:59", "2025-12-31T23:59"],
    ["2026-12-31T20:00", "Jan  1 04:00", "2027-01-01T04:00"],
    ["2026-12-31T20:00", "Jan  2 04:00", "2026-01-02T04:00"],
    ["2027-01-01T00:10", "Dec 31 23:50", "2026-12-31T23:50"],
    ["2028-03-01T00:00", "Feb 29 10:00", "2028-02-29T10:00"],
    ["2029-01-15T00:00", "Feb 29 10:00", "2028-02-29T10:00"],
    ["2103-06-01T00:00", "Feb 29 10:00", "2096-02-29T10:00"],
  ])("seen at %s: %s is %s", (at, date, time) => {
    expect(timeIn(date, now(at))).toBe(time);
  });
});
