import { expect, test } from "vitest";
import { definedProps } from "../../src/protocol/defined-props.ts";

test("what is undefined is left out, and nothing else", () => {
  const port = undefined as number | undefined;
  const given: { host: string; port?: number } = definedProps({ host: "a", port });
  expect(Object.keys(given)).toEqual(["host"]);
  expect(definedProps({ a: 0, b: "", c: false, d: null })).toEqual({ a: 0, b: "", c: false, d: null });
});

test("the properties keep their order", () => {
  expect(Object.keys(definedProps({ z: 1, y: undefined, x: 2, a: 3 }))).toEqual(["z", "x", "a"]);
});
