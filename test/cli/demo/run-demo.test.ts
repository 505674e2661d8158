// The demo in this process: what goes wrong is told, what is stopped leaves nothing.
import { describe, expect, test } from "vitest";
import type { DemoCommand } from "../../../src/cli/demo/demo-command.ts";
import { runDemo } from "../../../src/cli/demo/run-demo.ts";
import { openLoopbackSshServer, realParts } from "../../../src/demo/real-parts.ts";
import { loopbackModes } from "../../../src/lab/loopback/modes.ts";
import type { LoopbackParts } from "../../../src/lab/loopback/parts.ts";
import { systemClock } from "../../../src/network/system-clock.ts";
import type { FileReader, FileSystem } from "../../../src/platform/file-system.ts";
import { SallyportError } from "../../../src/protocol/error.ts";
import { limits } from "../../../src/protocol/limits.ts";
import { generateKey } from "../../../src/ssh/embedded/generate-key.ts";
import { watchResources } from "../../support/resources.ts";
import { TestClient } from "../../support/test-client.ts";
import { makeIo } from "./fake-io.ts";

watchResources();

const whole: DemoCommand = { kind: "demo", once: true, whole: true, step: false };
const once: DemoCommand = { kind: "demo", once: true, whole: false, step: false };

/** Runs it to its end; gives what was printed, and how it ended. */
async function demo(
  parts: Partial<LoopbackParts>,
  command = whole,
): Promise<{ readonly text: string; readonly end: unknown }> {
  const { io, lines } = makeIo();
  const end = await runDemo(command, io, async () => ({ ...realParts, ...parts })).catch((error: unknown) => error);
  return { text: lines.join("\n"), end };
}

/** A FileSystem whose files are read with one byte changed, or one byte short. */
function spoiled(files: FileSystem, spoil: (buffer: Uint8Array, count: number) => number): FileSystem {
  return new Proxy(files, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      if (name !== "openRead") return typeof value === "function" ? value.bind(target) : value;
      return async (...words: Parameters<FileSystem["openRead"]>): Promise<FileReader> => {
        const reader = await target.openRead(...words);
        return {
          facts: reader.facts,
          read: async (buffer) => spoil(buffer, await reader.read(buffer)),
          [Symbol.asyncDispose]: () => reader[Symbol.asyncDispose]().then(),
        };
      };
    },
  });
}

/** `from`: the first server that is spoiled; the opening has number 0. */
function spoiling(spoil: (buffer: Uint8Array, count: number) => number, from = 1): Partial<LoopbackParts> {
  let opened = 0;
  return {
    openServer(options) {
      opened += 1;
      return realParts.openServer(opened > from ? { ...options, files: spoiled(options.files, spoil) } : options);
    },
  };
}

test("every mode is tried, and every transfer is right", async () => {
  const { text, end } = await demo({});
  expect(end).toBe(0);
  for (const [index, { title, name, scenario }] of loopbackModes.entries()) {
    expect(text).toContain(`${index + 1}/${loopbackModes.length} ${title}\n`);
    expect(text).toMatch(new RegExp(`^  ${name} +${name === "third party" ? 2 : 3} ok +${scenario} `, "m"));
  }
  for (const name of ["pasv", "epsv", "port", "eprt", "default", "back-active", "back-default"]) {
    expect(text).toContain(`ok  upload: /from-${name}, 46,000 bytes, read back, all the same`);
  }
  expect(text.match(/ok {2}download: \/file, 46,000 bytes, all the same/g)).toHaveLength(7);
  expect(text).not.toMatch(/FAILED|left out|not on this system/);
});

describe("a demo that fails says in which mode and step, and is no success", () => {
  test("one byte that is another one", async () => {
    const { text, end } = await demo(
      spoiling((buffer, count) => {
        if (count > 5000) buffer[5000] = 7;
        return count;
      }),
    );
    expect(end).toMatchObject({
      code: "INTERNAL",
      message: expect.stringMatching(
        /^the demo failed in "PASV: .*", download: \/file: byte 5000 is different \(and 7 more\)$/,
      ),
    });
    expect(text).toMatch(/^ {2}FAILED {2}download: \/file: byte 5000 is different$/m);
    expect(text).toMatch(/^ {2}PASV +FAILED +S08/m);
    expect(text).not.toMatch(/ok {2}(download|upload|there|and back)|3 ok/);
  });

  test("in its opening", async () => {
    const { text, end } = await demo(spoiling((_buffer, count) => Math.min(count, 0), 0));
    expect(end).toMatchObject({ code: "INTERNAL", message: expect.stringContaining("scenario S04") });
    expect(text).not.toContain("3. Every mode");
  });

  test("a file that is cut short", async () => {
    const { text, end } = await demo(spoiling((_buffer, count) => Math.min(count, 0)));
    expect(end).toMatchObject({ code: "INTERNAL" });
    expect(text).toMatch(/FAILED {2}download: \/file: 0 bytes came, which is not all/);
  });

  test("right bytes by another way", async () => {
    const { text, end } = await demo({
      openTunnel: (options) => realParts.openTunnel({ ...options, back: "auto" }),
    });
    expect(end).toMatchObject({ message: expect.stringMatching(/--back active.*after upload: .*\(and 1 more\)$/) });
    expect(text).toContain("FAILED  after upload: data connections at the server were passive, not active");
  });

  test("an SSH server with another key", async () => {
    const { text, end } = await demo({
      openSshServer: async (options) => {
        const server = await realParts.openSshServer(options);
        const access = { ...server.access, hostKey: generateKey().publicKey };
        return { access, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]().then() };
      },
    });
    expect(end).toMatchObject({ code: "SSH_HOST_KEY" });
    expect(text).not.toContain("2. What helps");
  });

  test("a server that cannot be opened", async () => {
    const reason = new Error("no");
    expect(await demo({ openServer: () => Promise.reject(reason) })).toMatchObject({ end: reason });
  });
});

describe("what the system does not allow is left out, and is neither success nor failure", () => {
  test("an SSH server that shares no ports: --back default-port", async () => {
    const { text, end } = await demo({
      openSshServer: (options) => openLoopbackSshServer({ ...options, sharesPorts: false }),
    });
    expect(end).toBe(0);
    expect(text).toMatch(/^7\/8 [\s\S]*? {2}not on this system: it lets nobody listen at the end of a connection$/m);
    expect(text).toMatch(/^ {2}back default-port +left out +S18/m);
    expect(text.match(/^ {2}\S.* {2}3 ok /gm)).toHaveLength(6);
  });

  test("a client that cannot listen where it connects from: default data ports", () => {
    const { lacking } = loopbackModes.find(({ name }) => name === "no command") ?? {};
    const taken = new SallyportError("INTERNAL", "taken", { details: { system: "EADDRINUSE" } });
    expect(lacking?.(taken)).toMatch(/nobody listen/);
    expect(lacking?.(new SallyportError("NET_REFUSED", "refused"))).toBeUndefined();
  });
});

describe("Ctrl-C", () => {
  test("before anything is open ends with 0", async () => {
    const { io, lines, stop } = makeIo();
    const running = runDemo(once, io, async () => realParts);
    stop();
    expect(await running).toBe(0);
    expect(lines).toEqual([]);
  });

  test.each([1, 20, 36, 50, 200, 600])("after line %i ends with 0, and little more is said", async (at) => {
    const stopping: { now: () => void } = { now: () => {} };
    const { io, lines, stop } = makeIo({ onLine: (count) => count === at && stopping.now(), columns: 80 });
    stopping.now = stop;
    expect(await runDemo({ ...whole, once: false }, io, async () => realParts)).toBe(0);
    expect(lines.length).toBeGreaterThanOrEqual(at);
    expect(lines.length).toBeLessThan(at + 100); // the mode that was being printed
  });

  test("while it waits for a client ends with 0, and the entrance is closed", async () => {
    const { io, lines, stop, ready } = makeIo({ columns: 80, env: { NO_COLOR: "1" } });
    const running = runDemo({ ...once, once: false }, io, async () => realParts);
    await Promise.race([ready, running]);
    expect(lines.join("\n")).toMatch(/ftp:\/\/demo:demo@127\.0\.0\.1:\d+$/m);
    stop();
    expect(await running).toBe(0);
  });

  test("twice does not wait for a client that does not let go", async () => {
    const { io, lines, stop, ready } = makeIo({ columns: 80, env: { NO_COLOR: "1" } });
    const running = runDemo({ ...once, once: false }, io, async () => realParts);
    await Promise.race([ready, running]);
    const port = Number(/demo@127\.0\.0\.1:(\d+)$/m.exec(lines.join("\n"))?.[1]);
    const peer = await TestClient.connect({ port });
    await peer.reply();
    const order: string[] = [];
    const forget = systemClock.after(limits.disposeGraceMs, () => order.push("the client was given its time"));
    stop();
    stop();
    expect(await running).toBe(0);
    expect(order).toEqual([]);
    forget();
    peer[Symbol.dispose]();
  });

  test("so does a reader of the output that has gone", async () => {
    const { io, closeOutput, ready } = makeIo({ columns: 80, env: { NO_COLOR: "1" } });
    const running = runDemo({ ...once, once: false }, io, async () => realParts);
    await Promise.race([ready, running]);
    closeOutput();
    expect(await running).toBe(0);
  });
});

test("on a terminal it ends by itself with --once", async () => {
  const terminal = makeIo({ columns: 80 });
  expect(await runDemo(once, terminal.io, async () => realParts)).toBe(0);
  expect(terminal.lines.join("\n")).not.toContain("stays open");
});

test("without a terminal it ends by itself; without -v it is short: the failure, the fix, the table, what to type", async () => {
  const { text, end } = await demo({}, { ...once, once: false });
  expect(end).toBe(0);
  expect(text).not.toContain("stays open");
  expect(text.split("\n").length).toBeLessThan(70);
  const heads = Array.from(text.matchAll(/^\d\. [A-Z][a-z ]+/gm), ([head]) => head);
  expect(heads).toEqual(["1. What fails", "2. What helps", "3. Every mode", "4. What to type"]);
  const named = Array.from(text.matchAll(/^ {2}227 .*$/gm), ([line]) => line);
  expect(new Set(named).size).toBe(2);
});
