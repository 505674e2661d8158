// Every reply that the server can give is given once, and what the table of replies does not have is never said.
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { SallyportError } from "../../src/index.ts";
import { commandTable } from "../../src/protocol/command-table.ts";
import type { ErrorCode } from "../../src/protocol/error.ts";
import { repliesTo, replyMeanings, servedCommands, sharedReplies } from "../../src/protocol/server/served-commands.ts";
import { handlers } from "../../src/server/carry-out.ts";
import { refusalOf } from "../../src/server/replies.ts";
import { readSource, typescriptBelow, withoutComments } from "../static/source-files.ts";
import { makeCertificatePair } from "../support/certificate.ts";
import { fc } from "../support/fast-check.ts";
import { watchResources } from "../support/resources.ts";
import { startEngine } from "./engine.ts";
import { filesFor } from "./odd-files.ts";
import { type Servers, scripts } from "./reply-scripts.ts";

watchResources();

let servers: Servers;
const occupied = createServer();
beforeAll(async () => {
  const tls = makeCertificatePair();
  await once(occupied.listen(0, "127.0.0.1"), "listening");
  const { port } = occupied.address() as AddressInfo;
  const files = filesFor;
  servers = {
    usual: await startEngine({ files }),
    tls: await startEngine({ files, tls }),
    strict: await startEngine({ files, tls: { ...tls, required: true } }),
    guarded: await startEngine({ files }),
    full: await startEngine({ files, passivePorts: { first: port, last: port } }),
    six: await startEngine({ files, host: "::1" }),
  };
});
afterEach(async () => {
  for (const server of Object.values(servers)) await server.dismiss();
});
afterAll(async () => {
  for (const server of Object.values(servers)) await server[Symbol.asyncDispose]();
  occupied.close();
});

const wanted = [
  ...[...servedCommands].flatMap(([verb, { replies }]) => replies.map((code) => `${verb} ${code}`)),
  ...Object.entries(sharedReplies).flatMap(([group, codes]) => codes.map((code) => `${group} ${code}`)),
];

test("there is a script for every reply of every command, and for no other", () => {
  expect(Object.keys(scripts).sort()).toEqual([...wanted].sort());
});

test.each(wanted.map((name) => [name]))("%s", async (name) => {
  expect(await scripts[name]?.(servers)).toBe(Number(name.slice(-3)));
});

describe("the table of replies", () => {
  test("is about the commands that are carried out, all of them known to the command table", () => {
    expect([...servedCommands.keys()].sort()).toEqual(Object.keys(handlers).sort());
    const known = new Set(commandTable.map(({ verb }) => verb));
    expect([...servedCommands.keys()].filter((verb) => !known.has(verb))).toEqual([]);
  });

  test("explains the codes that are used, and no others", () => {
    const used = new Set(wanted.map((name) => name.slice(-3)));
    expect(Object.keys(replyMeanings)).toEqual([...used].sort());
  });

  test("has every code that stands in the source of the server", () => {
    const files = [...typescriptBelow("src/server"), readSource("src/protocol/server/admission.ts")];
    const call =
      /(?:\b(?:makeReply|plainReply|blockReply|old)\([^"`]{0,20}?|\breply(?:: | \?\? )|: \[|: )(\d{3})\b(?!_)/g;
    const said = files.flatMap(({ text }) =>
      Array.from(withoutComments(text).matchAll(call), ([, code = ""]) => code).filter((code) => /^[1-5]/.test(code)),
    );
    expect(said.length).toBeGreaterThan(100);
    expect([...new Set(said)].filter((code) => !(code in replyMeanings))).toEqual([]);
  });
});

test("each error of a file system has its reply, with the error's words", async () => {
  const text = readSource("src/protocol/error.ts").text;
  const codes = [...new Set(Array.from(text.matchAll(/"(FS_[A-Z_]+)"/g), ([, code = ""]) => code as ErrorCode))];
  expect(codes.length).toBeGreaterThan(10);
  const replies: Record<string, number> = {};
  for (const error of codes) {
    const { code, lines } = await (await servers.usual.login(error)).command("MKD b");
    expect(lines).toEqual([`${code} it failed.`]);
    expect(repliesTo("MKD").concat(repliesTo("AVBL"))).toContain(code);
    replies[error] = code;
  }
  expect(replies).toMatchObject({ FS_NO_SPACE: 452, FS_NAME_INVALID: 553, FS_NOT_FOUND: 550, FS_FAILED: 451 });
});

test("a connection that breaks is 426 in the words of its error, and a fault of ours is no reply at all", () => {
  for (const code of ["NET_RESET", "NET_TIMEOUT", "NET_FAILED", "CLOSED"] as const) {
    expect(refusalOf(new SallyportError(code, "why it was"))).toEqual({ code: 426, lines: ["426 why it was."] });
  }
  expect(refusalOf(new SallyportError("INTERNAL", "x"))).toBeUndefined();
  expect(refusalOf(new TypeError("x"))).toBeUndefined();
});

test("a fault of ours ends its session with 421, and no other", async () => {
  await using engine = await startEngine({
    files: () => {
      throw new TypeError("a bug");
    },
  });
  const peer = await engine.connect();
  await peer.reply();
  await peer.command("USER x");
  expect(await peer.command("PASS secret")).toEqual({ code: 421, lines: ["421 Internal server error. Goodbye."] });
  await peer.closed();
  expect((await (await engine.connect()).reply()).code).toBe(220);
});

test("no command with any argument is answered with a code that its row does not have", async () => {
  const verbs = commandTable.map(({ verb }) => verb).filter((verb) => !/^(QUIT|REIN|USER|PASS|AUTH|ABOR)$/.test(verb));
  const argument = fc.constantFrom("", "a", "d", "no", "x y", "..", "-a", "5", "1", "2", "ALL", "I", "HELP", "/d/..");
  const line = fc.tuple(fc.constantFrom(...verbs), argument);
  await fc.assert(
    fc.asyncProperty(fc.array(line, { minLength: 20, maxLength: 40 }), async (lines) => {
      const peer = await servers.usual.login();
      for (const [verb, text] of lines) {
        peer.raw(`${verb} ${text}\r\nABOR\r\n`);
        for (let { code } = await peer.reply(); ; { code } = await peer.reply()) {
          expect([verb, ...repliesTo(verb)]).toContain(code);
          if (code !== 150) break;
        }
        expect([225, 226]).toContain((await peer.reply()).code);
      }
      peer[Symbol.dispose]();
    }),
    { numRuns: 30 },
  );
});
