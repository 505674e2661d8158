// Which ports are drawn where any will do.
import { expect, test } from "vitest";
import { systemPorts } from "../../src/network/system-ports.ts";

const reading =
  (range: string, reserved = "\n") =>
  (path: string): string =>
    path.endsWith("ip_local_port_range") ? range : reserved;

test("those that the administrator has set, without the half that the system gives to who connects", () => {
  expect(systemPorts(reading("32768\t60999\n"))).toEqual({ first: 32_769, count: 14_116, step: 2 });
  expect(systemPorts(reading("50000 50002\n"))).toEqual({ first: 50_001, count: 1, step: 2 });
});

test("none where some are reserved, where there is one only, where nothing is known, and where it cannot be understood", () => {
  expect(systemPorts(reading("32768\t60999\n", "40000-40010\n"))).toBeUndefined();
  expect(
    systemPorts(() => {
      throw new Error("ENOENT");
    }),
  ).toBeUndefined();
  expect(systemPorts(reading("50000 50000\n"))).toBeUndefined();
  expect(systemPorts(reading("ports"))).toBeUndefined();
});
