import { describe, expect, test } from "vitest";
import { formatIp, ipBytes } from "../../src/protocol/ip-address.ts";
import { limits } from "../../src/protocol/limits.ts";
import {
  make227,
  make228,
  make229,
  parse227,
  parse228,
  parse229,
  parsePassive,
} from "../../src/protocol/passive-reply.ts";
import type { Reply } from "../../src/protocol/reply.ts";
import { fc } from "../support/fast-check.ts";
import { thrownBy } from "./thrown-by.ts";

const reply = (...lines: string[]): Reply => ({ code: Number(lines[0]?.slice(0, 3)), lines });
const remote = { name: "SallyportError", code: "FTP_PROTOCOL_REMOTE" };
const port = fc.integer({ min: 1, max: 65535 });

describe("227 of", () => {
  test.each([
    ["vsftpd, ProFTPD", "227 Entering Passive Mode (10,0,0,1,195,80)."],
    ["many", "227 Entering Passive Mode (10,0,0,1,195,80)"],
    ["publicfile", "227 =10,0,0,1,195,80"],
    ["RFC 959's own example", "227 Entering Passive Mode. 10,0,0,1,195,80"],
    ["a server without brackets", "227 Entering Passive Mode 10,0,0,1,195,80"],
    ["a server with a comma before", "227 Entering Passive Mode, 10,0,0,1,195,80"],
    ["a server with a comma after", "227 (10,0,0,1,195,80), go ahead"],
    ["a server with spaces", "227 Entering Passive Mode ( 10, 0, 0, 1, 195, 80 )"],
    ["a server with square brackets", "227 Entering Passive Mode [10,0,0,1,195,80]"],
    ["a server with numbers in its text", "227 Mode 2 (of 3, 4): ok (10,0,0,1,195,80) for 60 s"],
    ["a server with more numbers outside of brackets", "227 1,2,3,4,5,6 means (10,0,0,1,195,80)"],
    ["a server with leading zeros", "227 Entering Passive Mode (010,000,000,001,195,080)."],
    ["a server with nothing else", "227 10,0,0,1,195,80"],
    ["a server that says it twice", "227 10,0,0,1,195,80 - repeat: 10,0,0,1,195,80"],
  ])("%s: %s", (_, line) => {
    expect(parse227(reply(line))).toEqual({ host: "10.0.0.1", port: 50000 });
  });

  test("several lines", () => {
    const lines = ["227-Entering Passive Mode", "227- (10,0,0,1,195,80)", "227 ok"];
    expect(parse227(reply(...lines))).toEqual({ host: "10.0.0.1", port: 50000 });
  });

  test("a server that does not know its address is passed on as 0.0.0.0", () => {
    expect(parse227(reply("227 Entering Passive Mode (0,0,0,0,4,1)."))).toEqual({ host: "0.0.0.0", port: 1025 });
  });

  test.each([
    "227",
    "227 ok",
    "227 Entering Passive Mode (10,0,0,1,195)",
    "227 Entering Passive Mode (10,0,0,1,195,80,1)",
    "227 Entering Passive Mode (10,0,0,1,195,256)",
    "227 Entering Passive Mode (256,0,0,1,195,80)",
    "227 Entering Passive Mode (10,0,0,1,0,0)",
    "227 Entering Passive Mode (10,0,0,1,-1,80)",
    "227 Entering Passive Mode (10.0.0.1,195,80)",
    "227 Entering Passive Mode (10,0,0,1,195,80) or (10,0,0,1,195,81)",
    "227 Entering Passive Mode (|||50000|)",
    "227 Entering Passive Mode (99999999999999999999,0,0,1,195,80)",
  ])("nonsense is the server's fault: %s", (line) => {
    expect(thrownBy(() => parse227(reply(line)))).toMatchObject(remote);
  });
});

describe("228", () => {
  test.each([
    ["228 Entering Long Passive Mode (4,4,10,0,0,1,2,195,80)", "10.0.0.1"],
    ["228 Entering Long Passive Mode 4, 4, 10, 0, 0, 1, 2, 195, 80", "10.0.0.1"],
    ["228 Entering Long Passive Mode (6,16,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,2,195,80)", "::1"],
  ])("%s", (line, host) => {
    expect(parse228(reply(line))).toEqual({ host, port: 50000 });
  });

  test.each(["228", "228 (10,0,0,1,195,80)", "228 (4,4,10,0,0,1,2,0,0)", "228 (7,4,10,0,0,1,2,4,1)"])(
    "nonsense is the server's fault: %s",
    (line) => {
      expect(thrownBy(() => parse228(reply(line)))).toMatchObject(remote);
    },
  );
});

describe("229 of", () => {
  test.each([
    ["most", "229 Entering Extended Passive Mode (|||6446|)"],
    ["vsftpd", "229 Entering Extended Passive Mode (|||6446|)."],
    ["IBM i", "229 Entering Extended Passive Mode (!!!6446!)"],
    ["a server with spaces", "229 Entering Extended Passive Mode ( | | | 6446 | )"],
    ["a server without brackets", "229 Entering Extended Passive Mode |||6446|"],
    ["a server that forgets the closing bracket", "229 Entering Extended Passive Mode (|||6446|"],
    ["a server that forgets the last delimiter", "229 Entering Extended Passive Mode (|||6446)"],
    ["a server that fills in protocol and address", "229 Entering Extended Passive Mode (|1|10.0.0.1|6446|)"],
    ["a server that fills in IPv6", "229 Entering Extended Passive Mode (|2|fe80::1|6446|)"],
    ["a server with a digit as delimiter", "229 Entering Extended Passive Mode (11164461)"],
    ["a server with brackets in its text", "229 Extended (RFC 2428) mode (|||6446|)"],
  ])("%s: %s", (_, line) => {
    expect(parse229(reply(line))).toBe(6446);
  });

  test("every delimiter of 33 to 126", () => {
    for (let code = 33; code <= 126; code += 1) {
      const d = String.fromCharCode(code);
      expect(parse229(reply(`229 Extended Passive Mode (${d}${d}${d}50007${d})`)), d).toBe(50007);
    }
  });

  test.each([
    "229",
    "229 ok",
    "229 Entering Extended Passive Mode (|||0|)",
    "229 Entering Extended Passive Mode (|||65536|)",
    "229 Entering Extended Passive Mode (|||x|)",
    "229 Entering Extended Passive Mode (|||6446|) or (|||6447|)",
    "229 Entering Extended Passive Mode (|!|6446|)",
    "229 Entering Passive Mode (10,0,0,1,195,80)",
    "229 Entering Extended Passive Mode 6446",
  ])("nonsense is the server's fault: %s", (line) => {
    expect(thrownBy(() => parse229(reply(line)))).toMatchObject(remote);
  });
});

describe("a passive reply is read by its code, whatever was asked", () => {
  test.each([
    ["227 (10,0,0,1,195,80)", { host: "10.0.0.1", port: 50000 }],
    ["228 (4,4,10,0,0,1,2,195,80)", { host: "10.0.0.1", port: 50000 }],
    ["229 (|||50000|)", { host: undefined, port: 50000 }],
  ])("%s", (line, address) => {
    expect(parsePassive(reply(line))).toEqual(address);
  });

  test("another code is one where it names an address, and only then", () => {
    expect(parsePassive(reply("200 Entering Passive Mode (10,0,0,1,195,80)"))).toEqual({
      host: "10.0.0.1",
      port: 50_000,
    });
    for (const line of [
      "200 ok",
      "200 (|||50000|)",
      "150 (10,0,0,1,195,80)",
      "350 (10,0,0,1,195,80)",
      "500 (10,0,0,1,195,80)",
    ])
      expect(thrownBy(() => parsePassive(reply(line)))).toMatchObject(remote);
  });
});

describe("passive replies of our own", () => {
  const ipv4 = fc.ipV4().map((host) => formatIp(ipBytes(host) ?? []));
  const ipv6 = fc.ipV6().map((host) => formatIp(ipBytes(host) ?? []));

  test("are read back as themselves", () => {
    fc.assert(
      fc.property(ipv4, ipv6, port, (v4, v6, number) => {
        expect(parse227(make227({ host: v4, port: number }))).toEqual({ host: v4, port: number });
        expect(parse228(make228({ host: v4, port: number }))).toEqual({ host: v4, port: number });
        expect(parse228(make228({ host: v6, port: number }))).toEqual({ host: v6, port: number });
        expect(parse229(make229(number))).toBe(number);
      }),
    );
  });

  test("are worded as in the RFCs, which some clients depend on", () => {
    expect(make227({ host: "127.0.0.1", port: 1025 }).lines).toEqual(["227 Entering Passive Mode (127,0,0,1,4,1)."]);
    expect(make228({ host: "127.0.0.1", port: 1025 }).lines).toEqual([
      "228 Entering Long Passive Mode (4,4,127,0,0,1,2,4,1).",
    ]);
    expect(make229(1025).lines).toEqual(["229 Entering Extended Passive Mode (|||1025|)."]);
  });

  test("are not made of what cannot be written", () => {
    const local = { code: "FTP_PROTOCOL_LOCAL" };
    expect(thrownBy(() => make227({ host: "::1", port: 1 }))).toMatchObject(local);
    expect(thrownBy(() => make228({ host: "name", port: 1 }))).toMatchObject(local);
    expect(thrownBy(() => make229(0))).toMatchObject(local);
  });
});

describe("garbage", () => {
  const token = fc.constantFrom("1", "255", "999", ",", "(", ")", "[", "=", "|", "!", " ", "x", ".", "\xff");
  const text = fc.array(token, { maxLength: 60 }).map((parts) => parts.join(""));

  test.each([parse227, parse228, parse229, parsePassive])("gives %o an address or FTP_PROTOCOL_REMOTE", (parse) => {
    fc.assert(
      fc.property(fc.constantFrom(227, 228, 229), text, (code, words) => {
        const error = thrownBy(() => parse(reply(`${code} ${words}`)));
        if (error !== undefined) expect(error).toMatchObject(remote);
      }),
      { numRuns: 500 },
    );
  });

  test.each(["1,", "(", "( ", "|", "| ", " ", "1", "(|1|"])("of a whole reply of %j takes no time", (unit) => {
    const line = unit.repeat(Math.floor((limits.replyLineBytesMax - 4) / unit.length));
    const lines = Array.from({ length: 120 }, () => `227 ${line}`);
    for (const parse of [parse227, parse228, parse229]) expect(thrownBy(() => parse(reply(...lines)))).toBeDefined();
  });
});
