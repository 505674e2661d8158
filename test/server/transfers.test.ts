// Transfers in every way, and every way in which they fail.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { MemoryFileSystem, type ServerOptions } from "../../src/index.ts";
import { listeningPortsOf } from "../support/listening.ts";
import { watchResources } from "../support/resources.ts";
import { makeTempDir } from "../support/tempdir.ts";
import { type TestClient, textOf } from "../support/test-client.ts";
import { until } from "../support/until.ts";
import { type Rig, startRig } from "./rig.ts";

watchResources();

let rig: Rig;
let peer: TestClient;
async function begin(options: Partial<ServerOptions> = {}): Promise<void> {
  rig = await startRig(options);
  peer = await rig.login();
  await peer.command("TYPE I");
}
beforeEach(() => begin());
afterEach(() => rig[Symbol.asyncDispose]());

async function restart(options: Partial<ServerOptions>): Promise<void> {
  await rig[Symbol.asyncDispose]();
  await begin(options);
}

test.each([false, true])(
  "STOR behind REST on nothing, or beyond the end, makes and changes no file (atomic: %s)",
  async (atomicUploads) => {
    const dir = makeTempDir("rest");
    await restart({ files: dir.path, atomicUploads });
    writeFileSync(dir.file("old"), "0123");
    for (const [name, code] of [
      ["new", 550],
      ["old", 554],
    ] as const) {
      await peer.command("REST 10");
      expect(await peer.upload(`STOR ${name}`, "x")).toEqual([code]);
    }
    expect(readdirSync(dir.path)).toEqual(["old"]);
    expect(readFileSync(dir.file("old"), "utf8")).toBe("0123");
    dir.remove();
  },
);

test("ABOR with nothing under way is 225, with an argument too; MDTM of a directory is 550", async () => {
  await peer.command("MKD d");
  expect((await peer.command("ABOR")).lines).toEqual(["225 No transfer to ABOR."]);
  expect((await peer.command("ABOR x")).lines).toEqual(["225 No transfer to ABOR."]);
  expect(await peer.code("MDTM d")).toBe(550);
});

const fileText = async (name: string): Promise<string> => (await peer.download(`RETR ${name}`)).text;

test("RETR, STOR, APPE, and REST for both directions", async () => {
  expect(await peer.upload("STOR a", "0123456789")).toEqual([150, 226]);
  expect(await peer.download("RETR a")).toEqual({ text: "0123456789", codes: [150, 226] });
  expect(await peer.upload("APPE a", "ab")).toEqual([150, 226]);
  await peer.command("REST 8");
  expect(await fileText("a")).toBe("89ab");
  expect(await fileText("a")).toBe("0123456789ab");
  await peer.command("REST 3");
  expect(await peer.upload("STOR a", "xyz")).toEqual([150, 226]);
  expect(await fileText("a")).toBe("012xyz");
  await peer.command("REST 7");
  expect((await peer.download("RETR a")).codes).toEqual([554]);
  await peer.command("REST 7");
  expect(await peer.upload("STOR a", "q")).toEqual([554]);
});

test("TYPE A: LF becomes CRLF, CRLF stays, and back", async () => {
  await peer.upload("STOR a", "one\ntwo\r\nthree\r");
  await peer.command("TYPE A");
  expect(await fileText("a")).toBe("one\r\ntwo\r\nthree\r");
  await peer.upload("STOR b", "one\r\ntwo\r\r\nthree\r");
  await peer.command("REST 1");
  expect((await peer.download("RETR a")).codes).toEqual([504]);
  await peer.command("REST 1");
  expect(await peer.upload("STOR a", "x")).toEqual([504]);
  await peer.command("TYPE I");
  expect(await fileText("b")).toBe("one\ntwo\r\nthree\r");
});

test("STOU makes a new name each time and tells it in the form of RFC 1123", async () => {
  const names = new Set<string>();
  for (const argument of ["STOU", "STOU x", "STOU x"]) {
    const data = await peer.passive();
    const { lines } = await peer.command(argument);
    const name = /^150 FILE: (\S+)$/.exec(lines[0] ?? "")?.[1] ?? "";
    data.end("text");
    data.resume();
    expect((await peer.reply()).code).toBe(226);
    expect(await fileText(name)).toBe("text");
    names.add(name);
  }
  expect(names.size).toBe(3);
});

test("PORT and EPRT connect to the client, from L-1 where that can be had", async () => {
  await peer.upload("STOR a", "hello");
  for (const say of [
    (port: { argument: string; port: number }) => `PORT ${port.argument}`,
    ({ port }: { port: number }) => `EPRT |1|127.0.0.1|${port}|`,
    ({ port }: { port: number }) => `LPRT 4,4,127,0,0,1,2,${port >> 8},${port & 255}`,
  ]) {
    const ears = await peer.listenData();
    expect(await peer.code(say(ears))).toBe(200);
    peer.send("RETR a");
    const data = await ears.accept();
    const text = textOf(data);
    expect((await peer.reply()).code).toBe(150);
    expect(await text).toBe("hello");
    data.end();
    expect((await peer.reply()).code).toBe(226);
  }
});

test("PORT is refused to strangers, to low ports, when malformed and after EPSV ALL, and leaves nothing behind", async () => {
  const ears = await peer.listenData();
  expect(await peer.code(`PORT ${ears.argument}`)).toBe(200);
  for (const line of ["PORT 10,0,0,1,200,1", "PORT 127,0,0,1,0,21", "EPRT |1|8.8.8.8|5000|"]) {
    expect(await peer.code(line)).toBe(504);
  }
  for (const line of ["PORT 1,2,3", "LPRT 4,4"]) expect(await peer.code(line)).toBe(501);
  expect(await peer.code("EPRT |9|x|5000|")).toBe(522);
  expect(await peer.code("EPSV 2")).toBe(522);
  expect(await peer.code("EPSV ALL")).toBe(200);
  expect(await peer.code(`PORT ${ears.argument}`)).toBe(500);
  expect(await peer.code("PASV")).toBe(500);
  (await peer.connectData({ port: ears.port })).destroy();
  await ears.accept();
});

test("the default data port is the client's control port, and a client that does not listen there is told why not", async () => {
  const { code, lines } = await peer.command("LIST");
  expect(code).toBe(425);
  expect(lines[0]).toMatch(/refused/);
});

test("a client that never comes is told after the wait, and ABOR ends the wait at once", async () => {
  expect(await peer.code("EPSV")).toBe(229);
  peer.raw("LIST\r\nABOR\r\n");
  expect((await peer.reply()).code).toBe(426);
  expect((await peer.reply()).code).toBe(226);
});

test("ABOR ends a transfer too that has not begun", async () => {
  await peer.upload("STOR a", "hello");
  peer.raw("PWD\r\nMKD d\r\nEPSV\r\nLIST\r\nPWD\r\nEPSV\r\nSTOR a\r\nABOR\r\n");
  const codes = [];
  for (let count = 0; count < 8; count += 1) codes.push((await peer.reply()).code);
  expect(codes).toEqual([257, 257, 229, 426, 257, 229, 426, 226]);
  expect(await fileText("a")).toBe("hello");
});

test("without active mode every way to it is refused", async () => {
  await restart({ active: false });
  expect(await peer.code("PORT 127,0,0,1,200,1")).toBe(504);
  expect((await peer.command("LIST")).lines[0]).toContain("Send PASV or EPSV first");
});

test("a new PASV closes the port of the one before", async () => {
  const first = await peer.passivePort();
  const second = await peer.passivePort();
  const open = listeningPortsOf(process.pid);
  expect([open.includes(first), open.includes(second)]).toEqual([first === second, true]);
});

describe("during a transfer", () => {
  const huge = "x".repeat(8_000_000);
  async function stuck(): Promise<Awaited<ReturnType<TestClient["passive"]>>> {
    await peer.upload("STOR huge", huge);
    const data = await peer.passive();
    data.pause();
    expect(await peer.code("RETR huge")).toBe(150);
    return data;
  }

  test("STAT tells how far it is, NOOP is answered, other commands wait their turn", async () => {
    const data = await stuck();
    peer.raw("STAT\r\nNOOP\r\nPWD\r\nNOOP\r\n");
    expect((await peer.reply()).lines.join("\n")).toMatch(/Under way: huge/);
    expect((await peer.reply()).code).toBe(200);
    const text = textOf(data);
    data.resume();
    expect((await peer.reply()).code).toBe(226);
    expect((await text).length).toBe(huge.length);
    data.end();
    expect((await peer.reply()).code).toBe(257);
    expect((await peer.reply()).code).toBe(200);
  });

  test("ABOR with Telnet's Synch breaks a download off: 426, 226, and the client sees a reset", async () => {
    const data = await stuck();
    const ending = textOf(data).then(
      () => "end of file",
      (error) => error.code,
    );
    peer.raw(Uint8Array.of(255, 244, 255, 242));
    peer.send("ABOR");
    expect((await peer.reply()).code).toBe(426);
    expect((await peer.reply()).code).toBe(226);
    data.resume();
    expect(await ending).toBe("ECONNRESET");
    expect(await peer.code("NOOP")).toBe(200);
  });

  test("QUIT lets it finish", async () => {
    const data = await stuck();
    peer.send("QUIT");
    const text = textOf(data);
    data.resume();
    expect((await peer.reply()).code).toBe(226);
    expect((await text).length).toBe(huge.length);
    data.end();
    expect((await peer.reply()).code).toBe(221);
  });

  test("a client that goes away leaves nothing", async () => {
    await stuck();
    peer[Symbol.dispose]();
    await until("the session to end", () => rig.server.sessions === 0);
  });
});

describe("an upload that is cut", () => {
  const cut = async (options: Partial<ServerOptions>, how: "reset" | "ABOR"): Promise<number[]> => {
    await restart(options);
    await peer.upload("STOR a", "old content");
    const data = await peer.passive();
    const codes = [await peer.code("STOR a")];
    await new Promise<void>((resolve) => data.write("new", () => resolve()));
    await until("the bytes to arrive", async () => {
      peer.send("STAT");
      return (await peer.reply()).lines.some((line) => line.includes("3 bytes so far"));
    });
    if (how === "reset") data.resetAndDestroy();
    else peer.send("ABOR");
    codes.push((await peer.reply()).code);
    if (how === "ABOR") codes.push((await peer.reply()).code);
    return codes;
  };

  test.each(["reset", "ABOR"] as const)("by %s is 426, and what had come is there", async (how) => {
    expect(await cut({}, how)).toEqual(how === "reset" ? [150, 426] : [150, 426, 226]);
    expect(await fileText("a")).toBe("new");
  });

  test.each(["reset", "ABOR"] as const)("by %s with atomic uploads is 426, and nothing has changed", async (how) => {
    expect(await cut({ atomicUploads: true }, how)).toEqual(how === "reset" ? [150, 426] : [150, 426, 226]);
    expect(await fileText("a")).toBe("old content");
    expect((await peer.download("NLST -a")).text).toBe("a\r\n");
  });
});

describe("an upload that was cut and left the old file", () => {
  /** Before the first byte has come, where what comes is written at once. */
  const cutOff = async (atomicUploads: boolean): Promise<void> => {
    await restart({ atomicUploads });
    await peer.upload("STOR a", "old content");
    const data = await peer.passive();
    expect(await peer.code("STOR a")).toBe(150);
    data.resetAndDestroy();
    expect((await peer.reply()).code).toBe(426);
    expect(await fileText("a")).toBe("old content");
  };

  test.each([true, false])(
    "is not resumed, as SIZE is the old file's, until there is a new one (atomic: %s)",
    async (atomic) => {
      await cutOff(atomic);
      // The client that tries again is another session, as its connection was lost.
      peer = await rig.login();
      await peer.command("TYPE I");
      await peer.command("REST 5");
      expect(await peer.upload("STOR a", "x")).toEqual([451]);
      await peer.passive();
      expect((await peer.command("APPE a")).lines[0]).toMatch(/^451 a: Append\/Restart not permitted, try again/);
      expect(await fileText("a")).toBe("old content");
      expect(await peer.upload("STOR a", "new")).toEqual([150, 226]);
      expect(await peer.upload("APPE a", "er")).toEqual([150, 226]);
      expect(await fileText("a")).toBe("newer");
    },
  );
});

test("atomic uploads respect REST, APPE and STOU, and keep the mode", async () => {
  await restart({ atomicUploads: true });
  expect(await peer.upload("STOR a", "0123456789")).toEqual([150, 226]);
  await peer.command("SITE CHMOD 600 a");
  await peer.command("REST 4");
  expect(await peer.upload("STOR a", "xy")).toEqual([150, 226]);
  expect(await peer.upload("APPE a", "z")).toEqual([150, 226]);
  expect(await fileText("a")).toBe("0123xyz");
  expect((await peer.command("MLST a")).lines[1]).toContain("UNIX.mode=0600");
  await peer.command("REST 40");
  expect(await peer.upload("STOR a", "q")).toEqual([554]);
  expect(await peer.upload("STOR /", "q")).toEqual([550]);
  expect(await peer.upload("STOU", "x")).toEqual([150, 226]);
  expect((await peer.download("NLST -a")).text.split("\r\n").length).toBe(3);
});

test("an upload for which no data connection is opened destroys nothing", async () => {
  await peer.upload("STOR a", "precious");
  expect(await peer.code("STOR a")).toBe(425);
  expect(await fileText("a")).toBe("precious");
});

test("a full disk is 452, and never 226", async () => {
  await restart({ files: new MemoryFileSystem({ now: () => 0, bytesMax: 1000 }) });
  expect(await peer.upload("STOR a", "x".repeat(1001))).toEqual([150, 452]);
  expect(await peer.upload("STOR b", "x".repeat(1000))).toEqual([150, 226]);
  expect(await peer.upload("APPE b", "x")).toEqual([150, 452]);
  await peer.command("DELE b");
  expect(await peer.upload("STOR c", "x".repeat(1000))).toEqual([150, 226]);
});

test("a transfer in which nothing moves ends, and the client is told", async () => {
  await restart({ dataStallMs: 150 });
  await peer.passive();
  expect(await peer.code("STOR a")).toBe(150);
  const { code, lines } = await peer.reply();
  expect([code, lines[0]]).toEqual([426, expect.stringContaining("no byte has moved for 0.15 s")]);
});

test("a directory or what is not there is 550 before any data connection", async () => {
  await peer.command("MKD d");
  for (const line of ["RETR no", "RETR d", "STOR d", "LIST no", "MLSD no", "NLST no", "STOR no/a"]) {
    expect([line, await peer.code(line)]).toEqual([line, 550]);
  }
  expect(await peer.code("LIST -R")).toBe(504);
  await peer.upload("STOR a", "");
  expect(await peer.code("MLSD a")).toBe(501);
});
