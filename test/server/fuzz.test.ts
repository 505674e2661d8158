// Whatever a client sends, the server answers or hangs up, serves the next one, and lets nobody out of the root.
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fromNetworkLines, toNetworkLines } from "../../src/protocol/ascii.ts";
import { commandTable } from "../../src/protocol/command-table.ts";
import { resolvePath } from "../../src/protocol/file-path.ts";
import { factNames, factsLine } from "../../src/protocol/listing/facts-line.ts";
import { matchesPattern } from "../../src/protocol/listing/glob.ts";
import { parseListRequest } from "../../src/protocol/listing/list-options.ts";
import { formatTimeValue, parseTimeValue } from "../../src/protocol/listing/listed-time.ts";
import { fc } from "../support/fast-check.ts";
import { watchResources } from "../support/resources.ts";
import { makeTempDir, type TempDir } from "../support/tempdir.ts";
import { type Rig, startRig } from "./rig.ts";

watchResources();

let rig: Rig;
let here: TempDir;
beforeEach(async () => {
  here = makeTempDir("fuzz");
  mkdirSync(here.file("root"));
  mkdirSync(here.file("outside"));
  writeFileSync(here.file("outside/secret"), "the secret");
  symlinkSync("../outside", here.file("root/out"));
  mkdirSync(here.file("root/d"));
  rig = await startRig({ files: here.file("root"), sync: false });
});
afterEach(async () => {
  await rig[Symbol.asyncDispose]();
  here.remove();
});

const latin1 = fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes).toString("latin1"));
const verbs = commandTable
  .map(({ verb }) => verb)
  .filter((verb) => !["QUIT", "REIN", "USER", "PASS", "AUTH"].includes(verb));
const path = fc.oneof(
  latin1,
  fc.array(fc.constantFrom("..", ".", "out", "d", "secret", "", "a"), { maxLength: 6 }).map((names) => names.join("/")),
);
const line = fc.tuple(fc.constantFrom(...verbs), path).map(([verb, argument]) => `${verb} ${argument}`);

test("no sequence of commands crashes it or reaches outside the root", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 25 }), async (lines) => {
      const peer = await rig.login();
      peer.raw(`${lines.map((each) => each.replace(/[\r\n\0]/g, "")).join("\r\n")}\r\nABOR\r\nPWD\r\nQUIT\r\n`);
      const codes: number[] = [];
      for (let code = 0; code !== 221 && code !== 421; codes.push(code)) {
        const reply = await peer.reply();
        code = reply.code;
        expect(reply.lines.join("\n")).not.toContain("the secret");
      }
      expect(codes).not.toContain(421);
      peer[Symbol.dispose]();
      expect(readdirSync(here.file("outside"))).toEqual(["secret"]);
    }),
    { numRuns: 60 },
  );
});

test("no bytes crash it", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 5 }), async (pieces) => {
      const peer = await rig.connect();
      await peer.reply();
      for (const piece of pieces) peer.raw(piece);
      peer.socket.end();
      await peer.closed();
      peer[Symbol.dispose]();
    }),
    { numRuns: 60 },
  );
  expect(await (await rig.login()).code("NOOP")).toBe(200);
});

test("a path is absolute and has no `.`, no `..` and no empty name, whatever it was made from", () => {
  fc.assert(
    fc.property(path, path, (base, argument) => {
      if (/\0/.test(base + argument)) return;
      const found = resolvePath(resolvePath("/", base), argument);
      expect(found.startsWith("/")).toBe(true);
      expect(
        found === "/" ||
          found
            .slice(1)
            .split("/")
            .every((name) => !["", ".", ".."].includes(name)),
      ).toBe(true);
      expect(resolvePath("/", found)).toBe(found);
    }),
  );
});

test("line ends are converted alike however the bytes are cut, and back again", () => {
  const text = fc.array(fc.constantFrom("\r", "\n", "a"), { maxLength: 30 }).map((all) => all.join(""));
  fc.assert(
    fc.property(text, fc.nat(30), (whole, cut) => {
      for (const make of [toNetworkLines, fromNetworkLines]) {
        const convert = (pieces: string[]): string => {
          const converter = make();
          const done = pieces.map((piece) => Buffer.from(converter.convert(Buffer.from(piece))).toString());
          return done.join("") + Buffer.from(converter.end()).toString();
        };
        expect(convert([whole.slice(0, cut), whole.slice(cut)])).toBe(convert([whole]));
        expect(convert([...whole])).toBe(convert([whole]));
      }
    }),
  );
});

test("patterns, options, times and facts of any text give an answer", () => {
  fc.assert(
    fc.property(latin1, latin1, fc.integer({ min: 0, max: 4_102_444_800 }), (one, other, seconds) => {
      expect(typeof matchesPattern(one, other)).toBe("boolean");
      expect(matchesPattern("*", one)).toBe(true);
      expect(parseListRequest(one).path.length).toBeLessThanOrEqual(one.length);
      expect(parseTimeValue(formatTimeValue(seconds * 1000))).toBe(seconds * 1000);
      expect(["number", "undefined"]).toContain(typeof parseTimeValue(one));
      const facts = { type: "file", size: 1, modifiedMs: 0, mode: 0o644 } as const;
      expect(factsLine(one, facts, { wanted: new Set(factNames), writable: true }).endsWith(` ${one}`)).toBe(true);
    }),
  );
});
