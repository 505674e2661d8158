// The demo in this process: what goes wrong is told, what is stopped leaves nothing.
import { describe, expect, test } from "vitest";
import { acts } from "../../../src/cli/demo/acts.ts";
import type { DemoCommand } from "../../../src/cli/demo/demo-command.ts";
import { openDemoSshServer } from "../../../src/cli/demo/demo-ssh-server.ts";
import type { DemoParts } from "../../../src/cli/demo/parts.ts";
import { realParts } from "../../../src/cli/demo/real-parts.ts";
import { runDemo } from "../../../src/cli/demo/run-demo.ts";
import type { FileReader, FileSystem } from "../../../src/platform/file-system.ts";
import { SallyportError } from "../../../src/protocol/error.ts";
import { limits } from "../../../src/protocol/limits.ts";
import { generateKey } from "../../../src/ssh/embedded/generate-key.ts";
import { Peer } from "../../server/peer.ts";
import { watchResources } from "../../support/resources.ts";
import { makeWorld } from "./fake-world.ts";

watchResources();

const once: DemoCommand = { kind: "demo", once: true, whole: false };

/** Runs it to its end; gives what was printed, and how it ended. */
async function demo(parts: Partial<DemoParts>): Promise<{ readonly text: string; readonly end: unknown }> {
  const { world, lines } = makeWorld();
  const end = await runDemo(once, world, async () => ({ ...realParts, ...parts })).catch((error: unknown) => error);
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

const spoiling = (spoil: (buffer: Uint8Array, count: number) => number): Partial<DemoParts> => ({
  openServer: (options) => realParts.openServer({ ...options, files: spoiled(options.files as FileSystem, spoil) }),
});

test("every act is performed, and every transfer is right", async () => {
  const { text, end } = await demo({});
  expect(end).toBe(0);
  for (const [index, { title, name, story }] of acts.entries()) {
    expect(text).toContain(`${index + 1}/${acts.length} ${title}\n`);
    expect(text).toMatch(new RegExp(`^ ${name} +${name === "third party" ? 2 : 3} ok +${story.scenario} `, "m"));
  }
  for (const name of ["pasv", "epsv", "port", "eprt", "default", "back-active", "back-default"]) {
    expect(text).toContain(`ok  upload: from-${name}.bin, 16,384 bytes, all the same`);
  }
  expect(text.match(/ok {2}download: every-byte\.bin, 16,384 bytes, all the same/g)).toHaveLength(7);
  expect(text).not.toMatch(/FAILED|left out|not on this system/);
});

describe("a demo that fails says in which act and step, and is no success", () => {
  test("one byte that is another one", async () => {
    const { text, end } = await demo(
      spoiling((buffer, count) => {
        if (count > 5000) buffer[5000]! ^= 1;
        return count;
      }),
    );
    expect(end).toMatchObject({
      code: "INTERNAL",
      message: expect.stringMatching(
        /^the demo failed in "PASV: .*", download: every-byte\.bin: byte 5000 of 16384 is another one \(and 7 more\)$/,
      ),
    });
    expect(text).toMatch(/^ {2}FAILED {2}download: every-byte\.bin: byte 5000 of 16384 is another one$/m);
    expect(text).toMatch(/^ PASV +FAILED +S08/m);
    expect(text).not.toMatch(/ok {2}(download|upload|there|and back)|3 ok/);
  });

  test("a file that is cut short", async () => {
    const { text, end } = await demo(spoiling((_buffer, count) => Math.min(count, 0)));
    expect(end).toMatchObject({ code: "INTERNAL" });
    expect(text).toMatch(/FAILED {2}download: every-byte\.bin: 0 bytes came, and 16,384 bytes went/);
  });

  test("right bytes by another way", async () => {
    const { text, end } = await demo({
      openTunnelOver: (options, connect) => realParts.openTunnelOver({ ...options, back: "auto" }, connect),
    });
    expect(end).toMatchObject({ message: expect.stringMatching(/--back active.*after upload: .*\(and 1 more\)$/) });
    expect(text).toContain("FAILED  after upload: data connections at the back were passive, not active");
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
    expect(text).toBe("");
  });

  test("a server that cannot be opened", async () => {
    const reason = new Error("no");
    expect(await demo({ openServer: () => Promise.reject(reason) })).toEqual({ text: "", end: reason });
  });
});

describe("what the system does not allow is left out, and is neither success nor failure", () => {
  test("an SSH server that shares no ports: --back default-port", async () => {
    const { text, end } = await demo({
      openSshServer: (options) => openDemoSshServer({ ...options, sharesPorts: false }),
    });
    expect(end).toBe(0);
    expect(text).toMatch(/^7\/8 [\s\S]*? {2}not on this system: it lets nobody listen at the end of a connection$/m);
    expect(text).toMatch(/^ back default-port +left out +S18/m);
    expect(text.match(/^ \S.* {2}3 ok /gm)).toHaveLength(6);
  });

  test("a client that cannot listen where it connects from: default data ports", () => {
    const { lacking } = acts.find(({ name }) => name === "no command") ?? {};
    expect(lacking?.(new SallyportError("NET_ADDRESS_IN_USE", "taken"))).toMatch(/nobody listen/);
    expect(lacking?.(new SallyportError("NET_REFUSED", "refused"))).toBeUndefined();
  });
});

describe("Ctrl-C", () => {
  test("before anything is open ends with 0", async () => {
    const { world, lines, stop } = makeWorld();
    const running = runDemo(once, world, async () => realParts);
    stop();
    expect(await running).toBe(0);
    expect(lines).toEqual([]);
  });

  test.each([1, 2, 12, 13, 40, 75, 110, 140, 170, 195])(
    "after line %i ends with 0, and little more is said",
    async (at) => {
      const stopping: { now: () => void } = { now: () => {} };
      const { world, lines, stop } = makeWorld({ onLine: (count) => count === at && stopping.now() });
      stopping.now = stop;
      expect(await runDemo({ ...once, once: false }, world, async () => realParts)).toBe(0);
      expect(lines.length).toBeGreaterThanOrEqual(at);
      expect(lines.length).toBeLessThan(at + 60); // the act that was being printed
    },
  );

  test("while it waits for a client ends with 0, and the entrance is closed", async () => {
    const { world, lines, stop, ready } = makeWorld();
    const running = runDemo({ ...once, once: false }, world, async () => realParts);
    await ready;
    expect(lines.join("\n")).toMatch(/ftp:\/\/demo:demo@127\.0\.0\.1:\d+$/m);
    stop();
    expect(await running).toBe(0);
  });

  test("twice does not wait for a client that does not let go", async () => {
    const { world, lines, stop, ready } = makeWorld();
    const running = runDemo({ ...once, once: false }, world, async () => realParts);
    await ready;
    const port = Number(/demo@127\.0\.0\.1:(\d+)$/m.exec(lines.join("\n"))?.[1]);
    const peer = await Peer.connect(port);
    await peer.reply();
    const began = performance.now();
    stop();
    stop();
    expect(await running).toBe(0);
    expect(performance.now() - began).toBeLessThan(limits.disposeGraceMs);
    peer[Symbol.dispose]();
  });

  test("so does a reader of the output that has gone", async () => {
    const { world, closeOutput, ready } = makeWorld();
    const running = runDemo({ ...once, once: false }, world, async () => realParts);
    await ready;
    closeOutput();
    expect(await running).toBe(0);
  });
});
