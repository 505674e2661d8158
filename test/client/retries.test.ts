// A broken transfer is resumed, over a new session if need be.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { FtpClient, Progress, TraceEvent } from "../../src/connect/index.ts";
import { limits } from "../../src/protocol/limits.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { gate } from "../support/gate.ts";
import { watchResources } from "../support/resources.ts";
import type { ScriptedControl } from "../support/scripted-control.ts";
import { type ScriptedServer, startScriptedServer } from "../support/scripted-server.ts";
import { makeTempDir } from "../support/tempdir.ts";
import { until } from "../support/until.ts";
import { begin, connectTo as connect, passive, textOf } from "./rig.ts";

watchResources();

const content = "0123456789";

/** The wait before the second attempt is over as soon as it begins. */
async function connectTo(server: ScriptedServer, events: TraceEvent[] = []): Promise<FtpClient> {
  const clock = new FakeClock();
  void clock.waitedFor(limits.clientRetryWaitMs).then(() => clock.advance(limits.clientRetryWaitMs));
  return await connect(server, { mode: "passive", trace: (event) => events.push(event), clock });
}

/** How far the client has read. */
class Reader {
  #bytes = 0;

  readonly onProgress = ({ bytes }: Progress): void => {
    this.#bytes = bytes;
  };

  async hasRead(bytes: number): Promise<void> {
    await until(`${bytes} bytes have been read`, () => this.#bytes >= bytes);
  }
}

/** Gives the bytes from `from` to `to`, and when they have been read what comes after them. */
async function give(
  control: ScriptedControl,
  reader: Reader,
  [from, to]: readonly [from: number, to: number],
  then: "end" | "break",
): Promise<void> {
  await control.expect("SIZE f");
  await control.reply(`213 ${content.length}`);
  const data = await passive(control);
  const socket = await data.accept();
  if (from > 0) {
    await control.expect(`REST ${from}`);
    await control.reply("350 go on");
  }
  await control.expect("RETR f");
  await control.reply("150 here");
  socket.write(content.slice(from, to));
  await reader.hasRead(to);
  if (then === "break") socket.resetAndDestroy();
  else socket.end();
}

test("data that breaks: REST at the byte that is missing, in the same session", async () => {
  const reader = new Reader();
  await using server = await startScriptedServer(async (control) => {
    await begin(control);
    await give(control, reader, [0, 4], "break");
    await control.reply("426 broken");
    await give(control, reader, [4, 10], "end");
    await control.reply("226 done");
  });
  await using client = await connectTo(server);
  const stream = client.download("f", { retries: 1, ...reader });
  expect(await textOf(stream)).toBe(content);
  expect(await stream.result).toMatchObject({ bytes: 10, attempts: 2, verified: "size" });
  await server.stop();
});

test("what is waited between two attempts is the session's clock's", async () => {
  const reader = new Reader();
  await using server = await startScriptedServer(async (control) => {
    await begin(control);
    await give(control, reader, [0, 4], "break");
    await control.reply("426 broken");
    await give(control, reader, [4, 10], "end");
    await control.reply("226 done");
  });
  const clock = new FakeClock();
  await using client = await connect(server, { mode: "passive", clock });
  const text = textOf(client.download("f", { retries: 1, ...reader }));
  await clock.waitedFor(limits.clientRetryWaitMs);
  clock.advance(limits.clientRetryWaitMs);
  expect(await text).toBe(content);
  await server.stop();
});

test("a file that was replaced between two attempts is not mixed with the first one", async () => {
  const times = ["20260101000000", "20260101000001"];
  const received = gate();
  const again = async (control: ScriptedControl): Promise<void> => {
    await control.expect("SIZE f");
    await control.reply("213 10");
    await control.expect("MDTM f");
    await control.reply(`213 ${times.shift()}`);
  };
  await using server = await startScriptedServer(async (control) => {
    await begin(control, ["SIZE", "UTF8", "MDTM"]);
    await again(control);
    const data = await passive(control);
    const socket = await data.accept();
    await control.expect("RETR f");
    await control.reply("150 here");
    socket.write("0123");
    await received.passed;
    socket.end();
    await control.reply("426 broken");
    await again(control);
  });
  await using client = await connectTo(server);
  const stream = client.download("f", { retries: 1, onProgress: () => received.open() });
  await expect(textOf(stream)).rejects.toMatchObject({
    code: "FTP_VERIFY",
    message: expect.stringMatching(/replaced/),
  });
  await server.stop();
});

test("a file of this machine: the session that broke is made again in the same directory, and can be used afterwards", async () => {
  const reader = new Reader();
  await using here = makeTempDir("here");
  await using server = await startScriptedServer(async (control, number) => {
    await begin(control);
    await control.expect("CWD some where");
    await control.reply("250 ok");
    if (number === 0) {
      await control.expect("PWD");
      await control.reply('257 "some where"');
      await give(control, reader, [0, 6], "break");
      control.reset();
    } else {
      // Nothing shows whether it is still the same file.
      await control.expect("SIZE f");
      await control.reply(`213 ${content.length}`);
      await give(control, reader, [0, 10], "end");
      await control.reply("226 done");
      await control.expect("NOOP");
      await control.reply("200 still here");
    }
  });
  await using client = await connectTo(server);
  await client.cd("some where");
  expect(await client.downloadFile("f", here.file("f"), { retries: 1, ...reader })).toMatchObject({ verified: "size" });
  expect(readFileSync(here.file("f"), "utf8")).toBe(content);
  expect(readdirSync(here.path)).toEqual(["f"]);
  expect(await client.quote("NOOP")).toMatchObject({ code: 200 });
  await server.stop();
});

test("a session that breaks: a new one, in the same directory, goes on", async () => {
  const reader = new Reader();
  await using server = await startScriptedServer(async (control, number) => {
    await begin(control);
    await control.expect("CWD some where");
    await control.reply("250 ok");
    if (number === 0) {
      await control.expect("PWD");
      await control.reply('257 "some where"');
      await give(control, reader, [0, 6], "break");
      control.reset();
    } else {
      await give(control, reader, [6, 10], "end");
      await control.reply("226 done");
    }
  });
  const events: TraceEvent[] = [];
  await using client = await connectTo(server, events);
  await client.cd("some where");
  const stream = client.download("f", { retries: 2, ...reader });
  expect(await textOf(stream)).toBe(content);
  expect((await stream.result).attempts).toBe(2);
  const notes = events.flatMap((event) => (event.type === "relay.note" ? [event.note] : []));
  expect(notes).toEqual([
    expect.stringMatching(/attempt 2 of 3 in 1 s$/),
    "a new session takes the place of the lost one",
  ]);
  await server.stop();
});

/** The server breaks an upload off after its first bytes, and is asked what it has. */
async function breakUpload(control: ScriptedControl): Promise<void> {
  const data = await passive(control);
  const socket = await data.accept();
  await control.expect("STOR f");
  await control.reply("150 go");
  await new Promise((resolve) => socket.once("data", resolve));
  socket.resetAndDestroy();
  await control.reply("426 broken");
  await control.expect("SIZE f");
}

/** The client compares the last of what is there with its source. */
async function readBack(control: ScriptedControl, there: string): Promise<void> {
  const data = await passive(control);
  const socket = await data.accept();
  await control.expect("RETR f");
  await control.reply("150 here");
  socket.end(there);
  await control.reply("226 done");
}

/** STOR, and what came by it. */
async function takeWhole(control: ScriptedControl): Promise<void> {
  const data = await passive(control);
  const socket = await data.accept();
  await control.expect("STOR f");
  await control.reply("150 go");
  const text: string[] = [];
  socket.on("data", (chunk) => text.push(String(chunk)));
  await new Promise((resolve) => socket.once("end", resolve));
  socket.end();
  await control.reply(text.join("") === content ? "226 done" : "451 wrong");
  await control.expect("SIZE f");
  await control.reply(`213 ${content.length}`);
}

test("an upload goes on behind what the server has", async () => {
  await using server = await startScriptedServer(async (control) => {
    await begin(control);
    await breakUpload(control);
    await control.reply("213 4");
    await readBack(control, content.slice(0, 4));
    const second = await passive(control);
    const rest = await second.accept();
    await control.expect("APPE f");
    await control.reply("150 go");
    const text: string[] = [];
    rest.on("data", (chunk) => text.push(String(chunk)));
    await new Promise((resolve) => rest.once("end", resolve));
    rest.end();
    await control.reply(text.join("") === "456789" ? "226 done" : "451 wrong");
    await control.expect("SIZE f");
    await control.reply("213 10");
  });
  await using client = await connectTo(server);
  const result = await client.upload(Buffer.from(content), "f", { retries: 1 });
  expect(result).toMatchObject({ attempts: 2, verified: "size" });
  await server.stop();
});

test.each([
  ["is as long as what was sent", "old!", "213 4"],
  ["is longer than it was when it was looked at", "old and longer", "213 4"],
])(
  "an upload is not mixed with the old file of a server that keeps it until the new one is whole, which %s",
  async (_, old, size) => {
    await using server = await startScriptedServer(async (control) => {
      await begin(control);
      await breakUpload(control);
      await control.reply(size);
      if (old.length === 4) await readBack(control, old);
      else {
        const data = await passive(control);
        const socket = await data.accept();
        await control.expect("RETR f");
        await control.reply("150 here");
        socket.write(old);
        await control.expect("ABOR");
        socket.destroy();
        await control.reply("426 aborted");
        await control.reply("226 done");
      }
      await takeWhole(control);
    });
    await using client = await connectTo(server);
    const result = await client.upload(Buffer.from(content), "f", { retries: 1 });
    expect(result).toMatchObject({ attempts: 2, verified: "size" });
    await server.stop();
  },
);

test("an upload that the server does not let go on is sent whole", async () => {
  await using server = await startScriptedServer(async (control) => {
    await begin(control);
    await breakUpload(control);
    await control.reply("213 4");
    await readBack(control, content.slice(0, 4));
    const second = await passive(control);
    await second.accept();
    await control.expect("APPE f");
    await control.reply("451 Append/Restart not permitted, try again.");
    await takeWhole(control);
  });
  await using client = await connectTo(server);
  const result = await client.upload(Buffer.from(content), "f", { retries: 1 });
  expect(result).toMatchObject({ attempts: 2, verified: "size" });
  await server.stop();
});

test("an upload of which nothing was kept begins its checksum again", async () => {
  await using server = await startScriptedServer(async (control) => {
    await begin(control, ["SIZE", "XSHA256"]);
    await breakUpload(control);
    await control.reply("550 nothing there");
    const second = await passive(control);
    const data = await second.accept();
    await control.expect("STOR f");
    await control.reply("150 go");
    const hash = createHash("sha256");
    data.on("data", (chunk) => hash.update(chunk));
    await new Promise((resolve) => data.once("end", resolve));
    data.end();
    await control.reply("226 done");
    await control.expect("SIZE f");
    await control.reply(`213 ${content.length}`);
    await control.expect("XSHA256 f");
    await control.reply(`250 ${hash.digest("hex")}`);
  });
  await using client = await connectTo(server);
  const result = await client.upload(Buffer.from(content), "f", { retries: 1, verify: "hash" });
  expect(result).toMatchObject({ attempts: 2, verified: "SHA-256" });
  await server.stop();
});

test("a refusal for good is not tried again", async () => {
  await using server = await startScriptedServer(async (control) => {
    await begin(control);
    await control.expect("SIZE f");
    await control.reply("550 no");
    const data = await passive(control);
    await data.accept();
    await control.expect("RETR f");
    await control.reply("550 no");
  });
  await using client = await connectTo(server);
  await expect(textOf(client.download("f", { retries: 5 }))).rejects.toMatchObject({ details: { reply: 550 } });
  await server.stop();
});

test("an ASCII transfer cannot be resumed, and says so before it begins", async () => {
  await using server = await startScriptedServer((control) => begin(control));
  await using client = await connectTo(server);
  const broken = { code: "CONFIG_INVALID" };
  await expect(textOf(client.download("f", { type: "ascii", retries: 1 }))).rejects.toMatchObject(broken);
  await expect(textOf(client.download("f", { type: "ascii", offset: 1 }))).rejects.toMatchObject(broken);
  await server.stop();
});
