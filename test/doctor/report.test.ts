import { expect, test } from "vitest";
import { reportOf } from "../../src/doctor/report.ts";
import { reportSchema } from "../../src/doctor/report-schema.ts";
import { deviations } from "./json-schema.ts";

const report = reportOf({ controls: [], data: [] }, { server: "ftp-host:21", complete: false });

test("a report of nothing has the documented shape", () => {
  expect(deviations(reportSchema, report)).toEqual([]);
});

test.each([
  ["a field that is not described", { ...report, password: "x" }, "$.password is not described"],
  ["another version", { ...report, version: 2 }, "$.version is 2, not 1"],
  ["a text in place of a list", { ...report, findings: "none" }, "$.findings is string, not array"],
  ["an unknown health", { ...report, health: "fine" }, '$.health is "fine", none of those listed'],
  ["a missing field", { ...report, ways: undefined, server: 1 }, "$.server is number, not string"],
])("the shape excludes %s", (_, other, deviation) => {
  expect(deviations(reportSchema, other)).toContain(deviation);
});
