// Which ports are drawn where any will do.
import { expect, test } from "vitest";
import { systemPorts } from "../../src/network/system-ports.ts";

const reading =
  (range: string, reserved = "\n") =>
  (path: string): string =>
    path.endsWith("ip_local_port_range") ? range : reserved;

test("those that the administrator has set", () => {
  expect(systemPorts(reading("32768\t60999\n"))).toEqual({ first: 32_768, count: 28_232 });
  expect(systemPorts(reading("50000 50000\n"))).toEqual({ first: 50_000, count: 1 });
});

test("none where some are reserved, where nothing is known, and where it cannot be understood", () => {
  expect(systemPorts(reading("32768\t60999\n", "40000-40010\n"))).toBeUndefined();
  expect(
    systemPorts(() => {
      throw new Error("ENOENT");
    }),
  ).toBeUndefined();
  expect(systemPorts(reading("ports"))).toBeUndefined();
});
