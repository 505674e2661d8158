import { describe, expect, it } from "vitest";
import { WireReader } from "../../../src/ssh/connection-protocol/wire-reader.ts";
import { utf8Bytes, WireWriter } from "../../../src/ssh/connection-protocol/wire-writer.ts";
import { fc } from "../../support/fast-check.ts";

describe("the data types of RFC 4251", () => {
  it("read what was written", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), fc.uint8Array(), fc.boolean(), (number, bytes, flag) => {
        const written = new WireWriter().uint32(number).string(bytes).boolean(flag).payload();
        const reader = new WireReader(written);
        expect([reader.uint32(), Array.from(reader.string()), reader.boolean()]).toEqual([
          number,
          Array.from(bytes),
          flag,
        ]);
        expect(reader.isAtEnd).toBe(true);
      }),
    );
  });

  it("write text as UTF-8, as TextEncoder does", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(Array.from(utf8Bytes(text))).toEqual(Array.from(new TextEncoder().encode(text)));
      }),
    );
    expect(Array.from(utf8Bytes("\ud800x"))).toEqual([0xef, 0xbf, 0xbd, 0x78]);
  });

  it.each([
    ["a number that is cut off", [0, 0, 1]],
    ["a string that is shorter than it says", [0, 0, 0, 5, 1, 2]],
    ["a length beyond all memory", [255, 255, 255, 255, 1]],
  ])("%s is a fault of the peer", (_what, bytes) => {
    const read = (): unknown => new WireReader(Uint8Array.from(bytes)).string();
    expect(read).toThrow(expect.objectContaining({ code: "SSH_PROTOCOL" }));
  });
});
