import { describe, expect, test } from "vitest";
import { cidrContains, parseCidr } from "../../src/protocol/cidr.ts";
import { formatIp } from "../../src/protocol/ip-address.ts";
import { choosePassiveAddress } from "../../src/protocol/passive-reply.ts";
import { fc } from "../support/fast-check.ts";
import { thrownBy } from "./thrown-by.ts";

describe("a network", () => {
  test.each([
    ["10.0.0.0/8", "10.255.0.1", true],
    ["10.0.0.0/8", "11.0.0.1", false],
    ["10.1.2.3/8", "10.9.9.9", true],
    ["192.168.1.128/25", "192.168.1.128", true],
    ["192.168.1.128/25", "192.168.1.127", false],
    ["0.0.0.0/0", "1.2.3.4", true],
    ["0.0.0.0/0", "::1", false],
    ["::/0", "::1", true],
    ["::/0", "1.2.3.4", false],
    ["10.0.0.1", "10.0.0.1", true],
    ["10.0.0.1", "10.0.0.2", false],
    ["2001:db8::/33", "2001:db8:7fff::1", true],
    ["2001:db8::/33", "2001:db8:8000::1", false],
    ["fe80::/10", "fe80::1%eth0", true],
    ["10.0.0.0/8", "::ffff:10.0.0.1", true],
    ["::ffff:10.0.0.0/104", "10.0.0.1", true],
    ["::ffff:10.0.0.0/104", "11.0.0.1", false],
    ["10.0.0.0/8", "name", false],
    ["10.0.0.0/8", "", false],
  ])("%s contains %s: %s", (cidr, host, contained) => {
    expect(cidrContains(parseCidr(cidr), host)).toBe(contained);
  });

  test.each([
    ...["", "/", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8/8", "10.0.0/8", "10.0.0.0/255.0.0.0", "::/129"],
    ...["name/8", "10.0.0.0/ 8", " 10.0.0.0/8", "::ffff:10.0.0.0/95", "fe80::1%eth0/10", "10.0.0.0/8x", "300.0.0.0/8"],
  ])("%j is none: CONFIG_INVALID with a hint", (text) => {
    expect(thrownBy(() => parseCidr(text))).toMatchObject({
      code: "CONFIG_INVALID",
      hint: expect.stringContaining("192.168.1.0/24"),
    });
  });

  test("is written and read back as itself", () => {
    const v4 = fc.tuple(fc.ipV4(), fc.nat(32));
    const v6 = fc.tuple(fc.ipV6(), fc.nat(128)).filter(([host, prefix]) => prefix >= 96 || !/ffff:[\d.]+$/i.test(host));
    fc.assert(
      fc.property(fc.oneof(v4, v6), ([host, prefix]) => {
        const cidr = parseCidr(`${host}/${prefix}`);
        expect(parseCidr(`${formatIp(cidr.bytes)}/${cidr.prefix}`)).toEqual(cidr);
        expect(cidrContains(cidr, host)).toBe(true);
      }),
    );
  });
});

describe("the passive address (S13)", () => {
  const rules = [
    { address: "198.51.100.1", cidr: parseCidr("0.0.0.0/0") },
    { address: "192.168.1.1", cidr: parseCidr("192.168.1.0/24") },
    { address: "192.168.0.1", cidr: parseCidr("192.168.0.0/16") },
    { address: "192.168.0.2", cidr: parseCidr("192.168.0.0/16") },
  ];

  test.each([
    ["192.168.1.7", "192.168.1.1"],
    ["::ffff:192.168.1.7", "192.168.1.1"],
    ["192.168.2.7", "192.168.0.1"],
    ["203.0.113.5", "198.51.100.1"],
    ["2001:db8::1", undefined],
  ])("for %s is that of the most specific network: %s", (client, address) => {
    expect(choosePassiveAddress(rules, client)).toBe(address);
  });

  test("without rules is undefined", () => {
    expect(choosePassiveAddress([], "10.0.0.1")).toBeUndefined();
  });
});
