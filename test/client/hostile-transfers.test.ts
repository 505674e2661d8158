// Transfers that are not whole are never told as whole, however the server lies.
import { once } from "node:events";
import { expect, test } from "vitest";
import { limits } from "../../src/protocol/limits.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { gate } from "../support/gate.ts";
import { watchResources } from "../support/resources.ts";
import type { ScriptedControl } from "../support/scripted-control.ts";
import { until } from "../support/until.ts";
import { passive, startRig, textOf } from "./rig.ts";

watchResources();

/** SIZE, EPSV and RETR; the data connection is there. */
async function retrieve(control: ScriptedControl, size = "213 10") {
  await control.expect("SIZE f");
  await control.reply(size);
  const data = await passive(control);
  const socket = await data.accept();
  await control.expect("RETR f");
  return socket;
}

/** What a server does that has been told ABOR. */
async function abort(control: ScriptedControl): Promise<void> {
  await control.expect("ABOR");
  await control.send("426 aborted\r\n226 done\r\n");
}

async function noop(control: ScriptedControl): Promise<void> {
  await control.expect("SITE ping");
  await control.reply("200 pong");
}

test("a file that came whole is told as whole", async () => {
  await using rig = await startRig(async (control) => {
    const socket = await retrieve(control);
    await control.reply("150 here");
    socket.end("0123456789");
    await control.reply("226 done");
  });
  const stream = rig.client.download("f");
  expect(await textOf(stream)).toBe("0123456789");
  expect(await stream.result).toMatchObject({ bytes: 10, verified: "size", mode: "passive" });
});

test("replies in pieces of one byte, glued to each other or not, make the same transfer", async () => {
  await using rig = await startRig(async (control) => {
    await control.expect("SIZE f");
    const data = await control.listenData();
    await control.send(..."213 10\r\n");
    await control.expect("EPSV");
    await control.send(...`229 ok (|||${data.port}|)\r\n`);
    const socket = await data.accept();
    await control.expect("RETR f");
    socket.end("0123456789");
    await control.send(..."150-here\r\n 226 no end\r\n150 comes\r\n226 do", "ne\r\n");
  });
  expect(await textOf(rig.client.download("f"))).toBe("0123456789");
});

test("data that is reset is FTP_TRANSFER, whatever the server says behind it", async () => {
  await using rig = await startRig(async (control) => {
    const socket = await retrieve(control);
    await control.reply("150 here");
    socket.write("01234", () => socket.resetAndDestroy());
    await control.reply("226 done");
    await noop(control);
  });
  await expect(textOf(rig.client.download("f"))).rejects.toMatchObject({
    code: "FTP_TRANSFER",
    hint: expect.any(String),
    cause: { code: "NET_RESET" },
  });
  expect((await rig.client.site("ping")).code).toBe(200);
});

test("a session that is lost before SIZE is answered fails the download, and nothing else", async () => {
  await using rig = await startRig(async (control) => {
    await control.expect("SIZE f");
    control.reset();
  });
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => void unhandled.push(error);
  process.on("unhandledRejection", note);
  await expect(textOf(rig.client.download("f"))).rejects.toMatchObject({ code: "NET_RESET" });
  await new Promise((resolve) => setImmediate(resolve)); // Node tells when the microtasks are done
  process.off("unhandledRejection", note);
  expect(unhandled).toEqual([]);
});

test("half a file with a 226 is FTP_VERIFY where a proof is wanted", async () => {
  await using rig = await startRig(async (control) => {
    const socket = await retrieve(control);
    await control.reply("150 here");
    socket.end("01234");
    await control.reply("226 done");
    await control.expect("SIZE f");
    await control.reply("213 10");
    await noop(control);
  });
  await expect(textOf(rig.client.download("f", { verify: "hash" }))).rejects.toMatchObject({
    code: "FTP_VERIFY",
    message: expect.stringContaining("5 bytes here, but the server's file has 10"),
  });
  expect((await rig.client.site("ping")).code).toBe(200);
});

test("data that ends with a 426 is the server's refusal", async () => {
  await using rig = await startRig(async (control) => {
    const socket = await retrieve(control);
    await control.reply("150 here");
    socket.end("01234");
    await control.reply("426 broken");
    await noop(control);
  });
  await expect(textOf(rig.client.download("f"))).rejects.toMatchObject({
    code: "FTP_REPLY_TRANSIENT",
    details: { reply: 426 },
  });
  expect((await rig.client.site("ping")).code).toBe(200);
});

test("data without a final reply is FTP_TRANSFER after replyMs", async () => {
  const clock = new FakeClock();
  await using rig = await startRig(
    async (control) => {
      const socket = await retrieve(control);
      await control.reply("150 here");
      const ended = once(socket, "end");
      socket.resume().end("0123456789");
      await until("the 150 has been read", () => rig.replies().includes("150 here"));
      // The wait for the reply begins behind the data.
      await ended;
      await clock.waitedFor(300);
      clock.advance(300);
    },
    { replyMs: 300, clock },
  );
  await expect(textOf(rig.client.download("f"))).rejects.toMatchObject({
    code: "FTP_TRANSFER",
    message: expect.stringMatching(/before the server confirmed .*has not answered for 0.3 s/),
  });
});

test("150 and a data connection that stays silent is FTP_TRANSFER after dataStallMs", async () => {
  const clock = new FakeClock();
  await using rig = await startRig(
    async (control) => {
      await retrieve(control);
      await control.reply("150 here");
      await until("the 150 has been read", () => rig.replies().includes("150 here"));
      for (const waitMs of [200, limits.clientFinalReplyMs]) {
        await clock.waitedFor(waitMs);
        clock.advance(waitMs);
      }
      await abort(control);
      await noop(control);
    },
    { dataStallMs: 200, clock },
  );
  await expect(textOf(rig.client.download("f"))).rejects.toMatchObject({
    code: "FTP_TRANSFER",
    message: expect.stringContaining("no byte of the data has moved for 0.2 s"),
  });
  expect((await rig.client.site("ping")).code).toBe(200);
});

test("active: 150 and nobody who connects is FTP_TRANSFER, and says what helps", async () => {
  const clock = new FakeClock();
  await using rig = await startRig(
    async (control) => {
      await control.expect("SIZE f");
      await control.reply("213 10");
      await control.expect(/^PORT /);
      await control.reply("200 ok");
      await control.expect("RETR f");
      await control.reply("150 here");
      await until("the 150 has been read", () => rig.replies().includes("150 here"));
      for (const waitMs of [200, limits.clientFinalReplyMs]) {
        await clock.waitedFor(waitMs);
        clock.advance(waitMs);
      }
      await abort(control);
      await noop(control);
    },
    { mode: "active", connectMs: 200, clock },
  );
  await expect(textOf(rig.client.download("f"))).rejects.toMatchObject({
    code: "FTP_TRANSFER",
    hint: expect.stringContaining("passive"),
  });
  expect((await rig.client.site("ping")).code).toBe(200);
});

test("data and 226 without a 150 is FTP_TRANSFER", async () => {
  await using rig = await startRig(async (control) => {
    const socket = await retrieve(control);
    socket.end("0123456789");
    await control.reply("226 done");
    await noop(control);
  });
  await expect(textOf(rig.client.download("f"))).rejects.toMatchObject({
    code: "FTP_TRANSFER",
    message: expect.stringContaining("without having announced"),
  });
  expect((await rig.client.site("ping")).code).toBe(200);
});

test("a 226 that comes before the data has ended is waited with, and then believed", async () => {
  await using rig = await startRig(async (control) => {
    const socket = await retrieve(control);
    await control.send("150 here\r\n226 done\r\n");
    socket.write("01234");
    await until("the 226 has been read", () => rig.replies().includes("226 done"));
    socket.end("56789");
  });
  expect(await textOf(rig.client.download("f"))).toBe("0123456789");
});

test("an upload that is confirmed before its end was sent is FTP_TRANSFER", async () => {
  await using rig = await startRig(async (control) => {
    const data = await passive(control);
    await data.accept();
    await control.expect("STOR f");
    await control.send("150 go\r\n226 done\r\n");
    await noop(control);
  });
  async function* slowly(): AsyncGenerator<Uint8Array> {
    yield Buffer.from("01234");
    await rig.client.closed;
  }
  await expect(rig.client.upload(slowly(), "f")).rejects.toMatchObject({
    code: "FTP_TRANSFER",
    message: expect.stringContaining("before it had all of it"),
  });
  expect((await rig.client.site("ping")).code).toBe(200);
});

test("an upload that the server stores in part is FTP_VERIFY", async () => {
  await using rig = await startRig(async (control) => {
    const data = await passive(control);
    const socket = await data.accept();
    await control.expect("STOR f");
    await control.reply("150 go");
    const ended = new Promise((resolve) => socket.once("end", resolve));
    socket.resume();
    await ended;
    await control.reply("226 done");
    await control.expect("SIZE f");
    await control.reply("213 3");
  });
  await expect(rig.client.upload(Buffer.from("01234"), "f")).rejects.toMatchObject({ code: "FTP_VERIFY" });
});

/** STOR, all that comes, and a reset behind it. */
async function storeAndReset(control: ScriptedControl): Promise<void> {
  const data = await passive(control);
  const socket = await data.accept();
  await control.expect("STOR f");
  const ended = once(socket, "end");
  socket.resume();
  await control.reply("150 here");
  await ended;
  socket.resetAndDestroy();
}

test("an upload whose data connection is reset behind its end is FTP_TRANSFER, and not only when the reply is late", async () => {
  const clock = new FakeClock();
  await using rig = await startRig(
    async (control) => {
      await storeAndReset(control);
      // The reset may also come before the client knows that its end has left.
      const behindEnd = clock.waitedFor(limits.clientReplyBehindResetMs);
      await Promise.race([
        behindEnd.then(() => clock.advance(limits.clientReplyBehindResetMs)),
        clock.waitedFor(limits.clientFinalReplyMs),
      ]);
      await clock.waitedFor(limits.clientFinalReplyMs);
      clock.advance(limits.clientFinalReplyMs);
      await abort(control);
      await noop(control);
    },
    { clock },
  );
  await expect(rig.client.upload(Buffer.from("01234"), "f")).rejects.toMatchObject({
    code: "FTP_TRANSFER",
    message: expect.stringContaining("the data connection broke"),
    cause: { code: "NET_RESET" },
  });
  expect((await rig.client.site("ping")).code).toBe(200);
});

test("an upload whose data connection is reset behind its end is whole when the server says so and has all of it", async () => {
  await using rig = await startRig(async (control) => {
    await storeAndReset(control);
    await control.reply("226 done");
    await control.expect("SIZE f");
    await control.reply("213 5");
  });
  expect(await rig.client.upload(Buffer.from("01234"), "f")).toMatchObject({ bytes: 5, verified: "size" });
});

test("an upload whose data connection is reset behind its end is FTP_VERIFY when the server has less of it", async () => {
  await using rig = await startRig(async (control) => {
    await storeAndReset(control);
    await control.reply("226 done");
    await control.expect("SIZE f");
    await control.reply("213 3");
  });
  await expect(rig.client.upload(Buffer.from("01234"), "f")).rejects.toMatchObject({ code: "FTP_VERIFY" });
});

test("a disk that is full is told in the server's words, in the middle of the upload", async () => {
  await using rig = await startRig(async (control) => {
    const data = await passive(control);
    const socket = await data.accept();
    await control.expect("STOR f");
    await control.reply("150 go");
    socket.once("data", () => socket.resetAndDestroy());
    await control.reply("552 disk full");
    await noop(control);
  });
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) {
      yield Buffer.alloc(65_536);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  await expect(rig.client.upload(endless(), "f")).rejects.toMatchObject({
    code: "FTP_REPLY_PERMANENT",
    details: { reply: 552 },
  });
  expect((await rig.client.site("ping")).code).toBe(200);
});

test("a session that is lost in the middle of a file is FTP_TRANSFER, and nothing hangs", async () => {
  const isHere = gate();
  await using rig = await startRig(async (control) => {
    const socket = await retrieve(control);
    await control.reply("150 here");
    socket.write("0123");
    await isHere.passed;
    control.reset();
  });
  const stream = rig.client.download("f").once("data", () => isHere.open());
  await expect(textOf(stream)).rejects.toMatchObject({ code: "FTP_TRANSFER" });
  expect(await rig.client.closed).toMatchObject({ code: "NET_RESET" });
  await expect(rig.client.pwd()).rejects.toMatchObject({ code: "NET_RESET" });
});
