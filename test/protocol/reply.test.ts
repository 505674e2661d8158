import { describe, expect, test } from "vitest";
import { formatReply, makeReply, replyText } from "../../src/protocol/reply.ts";
import { ReplyReceiver } from "../../src/protocol/reply-receiver.ts";
import { fc } from "../support/fast-check.ts";
import { unwire } from "./bytes.ts";

const refused = expect.objectContaining({ code: "FTP_PROTOCOL_LOCAL" });

describe("a reply is made", () => {
  test.each([
    [200, "ok", ["200 ok"]],
    [200, "", ["200 "]],
    [200, [], ["200 "]],
    [200, ["ok"], ["200 ok"]],
    [211, ["Features:", " MDTM", "End"], ["211-Features:", " MDTM", "211 End"]],
    [214, ["a", "214 not the end", "z"], ["214-a", " 214 not the end", "214 z"]],
    [425, "two\r\nlines\0", ["425 two\\x0d\\x0alines\\x00"]],
    [550, "lone \ud800", ["550 lone \xef\xbf\xbd"]],
    [550, "tab\tstays, € is UTF-8, \xe4 stays", ["550 tab\tstays, \xe2\x82\xac is UTF-8, \xe4 stays"]],
  ])("%i %j", (code, text, lines) => {
    expect(makeReply(code, text)).toEqual({ code, lines });
  });

  test.each([99, 700, 200.5, Number.NaN])("not with code %d", (code) => {
    expect(() => makeReply(code, "x")).toThrow(refused);
  });

  test("and read back as itself, whatever its texts are", () => {
    const texts = fc.array(fc.string({ unit: "binary", maxLength: 20 }), { maxLength: 6 });
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 699 }), texts, (code, text) => {
        const reply = makeReply(code, text);
        expect(new ReplyReceiver().receive(formatReply(reply))).toEqual([{ type: "reply", reply }]);
      }),
    );
  });
});

describe("a reply is written", () => {
  test("with CRLF after every line", () => {
    expect(unwire(formatReply({ code: 211, lines: ["211-a", " b\xff", "211 c"] }))).toBe(
      "211-a\r\n b\xff\r\n211 c\r\n",
    );
  });

  test.each(["200 a\r\n226 b", "200 a\n", "200 \0", "200 \u010a"])("not with a line that ends early: %j", (line) => {
    expect(() => formatReply({ code: 200, lines: [line] })).toThrow(refused);
  });
});

test("the text of a reply is that of its first line", () => {
  expect(replyText(makeReply(211, ["Features:", "End"]))).toBe("Features:");
  expect(replyText({ code: 200, lines: ["200"] })).toBe("");
  expect(replyText({ code: 200, lines: [] })).toBe("");
});
