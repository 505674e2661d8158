import { isIP } from "node:net";
import { describe, expect, test } from "vitest";
import {
  formatIp,
  ipBytes,
  ipFamily,
  isLoopback,
  isUnspecified,
  plainHost,
  sameHost,
} from "../../src/protocol/ip-address.ts";
import { fc } from "../support/fast-check.ts";

describe("an IP address", () => {
  test.each([
    ["0.0.0.0", 4],
    ["255.255.255.255", 4],
    ["::", 6],
    ["::1", 6],
    ["1::", 6],
    ["1:2:3:4:5:6:7:8", 6],
    ["1:2:3:4:5:6:7::", 6],
    ["FE80::1%eth0", 6],
    ["::ffff:1.2.3.4", 6],
    ["1:2:3:4:5:6:1.2.3.4", 6],
  ])("%s is of family %i", (host, family) => {
    expect(ipFamily(host)).toBe(family);
  });

  test.each([
    ...[
      "",
      "localhost",
      "1.2.3",
      "1.2.3.4.5",
      "256.1.1.1",
      "01.2.3.4",
      "1.2.3.4 ",
      "0x7f.0.0.1",
      "127.1",
      "1.2.3.4%eth0",
    ],
    ...[
      ":",
      ":::",
      "1:2:3:4:5:6:7",
      "1:2:3:4:5:6:7:8:9",
      "1::2::3",
      "12345::",
      "g::",
      "1.2.3.4::",
      "::1.2.3.4:5",
      "1::2:3:4:5:6:7:8",
    ],
    ...["::1.2.3", "::1%", "[::1]", "1:", ":1"],
  ])("%j is none", (host) => {
    expect(ipFamily(host)).toBeUndefined();
  });

  test("is what Node takes for one", () => {
    const token = fc.constantFrom("1", "0", "ffff", "255", "256", ":", "::", ".", "%e");
    const text = fc.array(token, { maxLength: 16 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(fc.oneof(text, fc.ipV4(), fc.ipV6()), (host) => {
        expect(ipFamily(host) ?? 0).toBe(isIP(host));
      }),
      { numRuns: 3000 },
    );
  });

  test.each([
    ["1080:0:0:0:8:800:200C:417A", "1080::8:800:200c:417a"],
    ["0:0:0:0:0:0:0:0", "::"],
    ["0:0:0:0:0:0:0:1", "::1"],
    ["1:0:0:2:0:0:0:3", "1:0:0:2::3"],
    ["1:0:0:2:2:0:0:3", "1::2:2:0:0:3"],
    ["1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"],
    ["::ffff:102:304", "::ffff:1.2.3.4"],
    ["fe80::1%eth0", "fe80::1"],
  ])("%s is written %s (RFC 5952)", (host, written) => {
    expect(formatIp(ipBytes(host) ?? [])).toBe(written);
  });

  test("is written and read back as itself", () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (host) => {
        const bytes = ipBytes(host) ?? [];
        expect(ipBytes(formatIp(bytes))).toEqual(bytes);
      }),
    );
  });
});

describe("the same host", () => {
  test.each([
    ["1.2.3.4", "::ffff:1.2.3.4", true],
    ["::FFFF:0102:0304", "1.2.3.4", true],
    ["::1", "0:0:0:0:0:0:0:1", true],
    ["fe80::1%eth0", "FE80::1%eth1", true],
    ["Host.Example", "host.example", true],
    ["1.2.3.4", "1.2.3.5", false],
    ["::1", "127.0.0.1", false],
    ["::102:304", "1.2.3.4", false],
    ["localhost", "127.0.0.1", false],
    ["", "0.0.0.0", false],
  ])("%s and %s: %s", (a, b, same) => {
    expect(sameHost(a, b)).toBe(same);
    expect(sameHost(b, a)).toBe(same);
  });
});

test.each([
  ["::ffff:1.2.3.4", "1.2.3.4"],
  ["::FFFF:102:304", "1.2.3.4"],
  ["::1", "::1"],
  ["FE80::1%eth0", "FE80::1%eth0"],
  ["name", "name"],
])("the plain host of %s is %s", (host, plain) => {
  expect(plainHost(host)).toBe(plain);
});

test.each([
  ["127.0.0.1", true],
  ["127.255.255.254", true],
  ["::1", true],
  ["::ffff:127.0.0.1", true],
  ["LOCALHOST", true],
  ["126.255.255.255", false],
  ["::2", false],
  ["0.0.0.0", false],
  ["127.example", false],
  ["", false],
])("%s is loopback: %s", (host, loopback) => {
  expect(isLoopback(host)).toBe(loopback);
});

test.each([
  ["0.0.0.0", true],
  ["::", true],
  ["0:0::0", true],
  ["::ffff:0.0.0.0", true],
  ["::1", false],
  ["0.0.0.1", false],
  ["", false],
  ["*", false],
])("%s is unspecified: %s", (host, unspecified) => {
  expect(isUnspecified(host)).toBe(unspecified);
});
