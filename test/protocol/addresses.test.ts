import { describe, expect, test } from "vitest";
import { formatEprt, formatLprt, formatPort, parseEprt, parseLprt, parsePort } from "../../src/protocol/host-port.ts";
import { formatIp, ipBytes } from "../../src/protocol/ip-address.ts";
import { fc } from "../support/fast-check.ts";
import { thrownBy } from "./thrown-by.ts";

const port = fc.integer({ min: 1, max: 65535 });
const ipv4 = fc.ipV4().map((host) => formatIp(ipBytes(host) ?? []));
const ipv6 = fc.ipV6().map((host) => formatIp(ipBytes(host) ?? []));
const ipv4Address = fc.record({ host: ipv4, port });
const anyAddress = fc.record({ host: fc.oneof(ipv4, ipv6), port });

describe("PORT", () => {
  test.each([
    ["10,0,0,1,195,80", "10.0.0.1", 50000],
    ["0,0,0,0,0,1", "0.0.0.0", 1],
    ["255,255,255,255,255,255", "255.255.255.255", 65535],
    ["010,000,000,001,000,021", "10.0.0.1", 21],
    [" 10, 0, 0, 1, 4, 1 ", "10.0.0.1", 1025],
  ])("%j is an address", (argument, host, number) => {
    expect(parsePort(argument)).toEqual({ host, port: number });
  });

  test.each([
    ...[
      "",
      "1,2,3,4,5",
      "1,2,3,4,5,6,7",
      "256,0,0,1,4,1",
      "10,0,0,1,256,1",
      "10,0,0,1,0,0",
      "10,0,0,1,4,",
      "a,0,0,1,4,1",
    ],
    ...[
      "-1,0,0,1,4,1",
      "+1,0,0,1,4,1",
      "1e1,0,0,1,4,1",
      "0x1,0,0,1,4,1",
      "10.0.0.1,4,1",
      "0001,0,0,1,4,1",
      "1,2,3,4,5,6\x1b",
    ],
  ])("%j is the client's fault and deserves 501", (argument) => {
    expect(thrownBy(() => parsePort(argument))).toMatchObject({ code: "FTP_PROTOCOL_REMOTE", details: { reply: 501 } });
  });

  test("is written and read back as itself", () => {
    fc.assert(
      fc.property(ipv4Address, (address) => {
        expect(parsePort(formatPort(address))).toEqual(address);
      }),
    );
  });

  test("writes an IPv4-mapped address as IPv4 and refuses other hosts and port 0", () => {
    expect(formatPort({ host: "::ffff:10.0.0.1", port: 21 })).toBe("10,0,0,1,0,21");
    for (const address of [
      { host: "::1", port: 21 },
      { host: "localhost", port: 21 },
      { host: "10.0.0.1", port: 0 },
      { host: "10.0.0.1", port: 65536 },
    ]) {
      expect(thrownBy(() => formatPort(address))).toMatchObject({ code: "FTP_PROTOCOL_LOCAL" });
    }
  });
});

describe("EPRT", () => {
  test.each([
    ["|1|132.235.1.2|6275|", "132.235.1.2", 6275],
    ["|2|1080::8:800:200C:417A|5282|", "1080::8:800:200c:417a", 5282],
    ["!1!10.0.0.1!21!", "10.0.0.1", 21],
    ["~2~::1~21~", "::1", 21],
    ["/2/::ffff:10.0.0.1/21/", "::ffff:10.0.0.1", 21],
    ["|1|10.0.0.1|21| ", "10.0.0.1", 21],
  ])("%j is an address", (argument, host, number) => {
    expect(parseEprt(argument)).toEqual({ host, port: number });
  });

  test.each([
    ...[
      "",
      "|",
      "||||",
      "|1|10.0.0.1|21",
      "1|10.0.0.1|21|",
      "|1|10.0.0.1|0|",
      "|1|10.0.0.1|65536|",
      "|1|10.0.0.1|021x|",
    ],
    ...[
      "|1|::1|21|",
      "|2|10.0.0.1|21|",
      "|2|fe80::1%eth0|21|",
      "|1|localhost|21|",
      "|1|010.0.0.1|21|",
      "|1|10.0.0.1|21|x",
    ],
    ...["|1|10.0.0.1|21||", "\xe41\xe410.0.0.1\xe421\xe4", "|one|10.0.0.1|21|", "|2|1:2:3|21|"],
  ])("%j is the client's fault and deserves 501", (argument) => {
    expect(thrownBy(() => parseEprt(argument))).toMatchObject({ code: "FTP_PROTOCOL_REMOTE", details: { reply: 501 } });
  });

  test("with another protocol than 1 and 2 deserves 522 (RFC 2428 section 2)", () => {
    expect(thrownBy(() => parseEprt("|3|10.0.0.1|21|"))).toMatchObject({ details: { reply: 522 } });
  });

  test("is written and read back as itself, with any delimiter that the address has not", () => {
    fc.assert(
      fc.property(anyAddress, fc.stringMatching(/^[!-~]$/), (address, delimiter) => {
        const argument = formatEprt(address);
        fc.pre(!argument.slice(1).replaceAll("|", "").includes(delimiter));
        expect(parseEprt(argument.replaceAll("|", delimiter))).toEqual(address);
      }),
    );
  });

  test("is not written for a name or port 0", () => {
    expect(thrownBy(() => formatEprt({ host: "a", port: 1 }))).toMatchObject({ code: "FTP_PROTOCOL_LOCAL" });
    expect(thrownBy(() => formatEprt({ host: "::1", port: 0 }))).toMatchObject({ code: "FTP_PROTOCOL_LOCAL" });
  });
});

describe("LPRT", () => {
  const long = "6,16,16,128,0,0,0,0,0,0,0,8,8,0,32,12,65,122,2,20,162";

  test.each([
    ["4,4,10,0,0,1,2,195,80", "10.0.0.1", 50000],
    [long, "1080::8:800:200c:417a", 5282],
  ])("%j is an address", (argument, host, number) => {
    expect(parseLprt(argument)).toEqual({ host, port: number });
  });

  test.each([
    "",
    "4",
    "4,4,10,0,0,1,2,0,0",
    "4,4,10,0,0,1,3,0,1,1",
    "4,4,10,0,0,1,1,4,1",
    "4,5,10,0,0,1,1,2,4,1",
    `${long},1`,
    "6,4,1,2,3,4,2,4,1",
  ])("%j is the client's fault and deserves 501", (argument) => {
    expect(thrownBy(() => parseLprt(argument))).toMatchObject({
      code: "FTP_PROTOCOL_REMOTE",
      details: { reply: 501 },
    });
  });

  test("with another family than 4 and 6 deserves 521 (RFC 1639)", () => {
    expect(thrownBy(() => parseLprt("5,4,10,0,0,1,2,4,1"))).toMatchObject({ details: { reply: 521 } });
  });

  test("is written and read back as itself", () => {
    fc.assert(
      fc.property(anyAddress, (address) => {
        expect(parseLprt(formatLprt(address))).toEqual(address);
      }),
    );
  });

  test("is not written for a name or port 0", () => {
    expect(thrownBy(() => formatLprt({ host: "a", port: 1 }))).toMatchObject({ code: "FTP_PROTOCOL_LOCAL" });
    expect(thrownBy(() => formatLprt({ host: "::1", port: 0 }))).toMatchObject({ code: "FTP_PROTOCOL_LOCAL" });
  });
});

test.each([parsePort, parseEprt, parseLprt])("%o gives an address or FTP_PROTOCOL_REMOTE for any text", (parse) => {
  const nearly = fc.array(fc.constantFrom("1", "255", "4", "6", "2", ",", "|", "!", ".", ":", "::", " ", "x", "-"), {
    maxLength: 30,
  });
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: "binary" }),
        nearly.map((parts) => parts.join("")),
      ),
      (text) => {
        const error = thrownBy(() => parse(text));
        if (error !== undefined) expect(error).toMatchObject({ name: "SallyportError", code: "FTP_PROTOCOL_REMOTE" });
      },
    ),
    { numRuns: 500 },
  );
});
