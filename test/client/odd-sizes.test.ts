// Servers whose SIZE is wrong, missing or late: the end of the data and the 226 decide, and a check that fails is no failed transfer.
import { describe, expect, test } from "vitest";
import { watchResources } from "../support/resources.ts";
import type { ScriptedControl } from "../support/scripted-control.ts";
import { begin, passive, startRig, textOf } from "./rig.ts";

watchResources();

/** EPSV, RETR and twelve bytes. */
async function send(control: ScriptedControl): Promise<void> {
  const data = await passive(control);
  const socket = await data.accept();
  await control.expect("RETR f");
  await control.reply("150 here");
  socket.end("twelve bytes");
  await control.reply("226 done");
}

/** EPSV, STOR and all that comes. */
async function take(control: ScriptedControl): Promise<void> {
  const data = await passive(control);
  const socket = await data.accept();
  await control.expect("STOR f");
  await control.reply("150 go");
  await new Promise((resolve) => socket.resume().once("end", resolve));
  socket.end();
  await control.reply("226 done");
}

async function noop(control: ScriptedControl): Promise<void> {
  await control.expect("SITE ping");
  await control.reply("200 pong");
}

describe("a download is done", () => {
  test.each([
    ["blocks", "213 512", 1],
    ["less than comes", "213 5", 1],
    ["nothing", "213 0", 0],
    ["what no number is", "213 twelve", 0],
    ["more than a number holds", "213 99999999999999999999", 0],
    ["that it does not tell it now", "450 not now", 0],
    ["that it never tells it", "550 not a regular file", 0],
  ])("though SIZE tells %s", async (_, size, notes) => {
    await using rig = await startRig(async (control) => {
      await control.expect("SIZE f");
      await control.reply(size);
      await send(control);
      await control.expect("SIZE f");
      await control.reply(size);
      await noop(control);
    });
    const sizes: (number | undefined)[] = [];
    const stream = rig.client.download("f", { onProgress: ({ size: told }) => sizes.push(told) });
    expect(await textOf(stream)).toBe("twelve bytes");
    expect(await stream.result).toMatchObject({ bytes: 12, verified: "nothing", attempts: 1 });
    expect(rig.notes()).toHaveLength(notes);
    expect(sizes).not.toContain(0);
    expect((await rig.client.site("ping")).code).toBe(200);
  });

  test("without a word of its size where nothing is to be compared", async () => {
    await using rig = await startRig(send);
    expect(await textOf(rig.client.download("f", { verify: "none" }))).toBe("twelve bytes");
    expect([rig.notes(), rig.commands().filter((line) => line.startsWith("SIZE"))]).toEqual([[], []]);
  });

  test("but not the rest of a file that came in parts, of which the sizes differ", async () => {
    await using rig = await startRig(async (control) => {
      await control.expect("SIZE f");
      await control.reply("213 20");
      const data = await passive(control);
      const socket = await data.accept();
      await control.expect("REST 4");
      await control.reply("350 go on");
      await control.expect("RETR f");
      await control.reply("150 here");
      socket.end("twelve bytes");
      await control.reply("226 done");
      await control.expect("SIZE f");
      await control.reply("213 20");
    });
    await expect(textOf(rig.client.download("f", { offset: 4 }))).rejects.toMatchObject({
      code: "FTP_VERIFY",
      message: expect.stringContaining("16 bytes here, but the server's file has 20"),
      hint: expect.stringContaining("--no-verify"),
    });
  });

  test("though the server hangs up behind its 226", async () => {
    await using rig = await startRig(async (control) => {
      await control.expect("SIZE f");
      await control.reply("550 none");
      await send(control);
      control.end();
    });
    const stream = rig.client.download("f", { retries: 2 });
    expect(await textOf(stream)).toBe("twelve bytes");
    expect(await stream.result).toMatchObject({ verified: "nothing", attempts: 1 });
    expect(rig.server.connections()).toBe(1);
  });
});

describe("an upload is done, and stored once", () => {
  test.each([
    ["not now", "450 not now", 0],
    ["no size", "550 gone", 0],
    ["0", "213 0", 0],
    ["blocks", "213 512", 1],
    ["nonsense", "200 fine", 0],
  ])("though SIZE is answered with %s", async (_, size, notes) => {
    await using rig = await startRig(async (control) => {
      await take(control);
      await control.expect("SIZE f");
      await control.reply(size);
      await noop(control);
    });
    const result = await rig.client.upload(Buffer.from("twelve bytes"), "f", { retries: 2 });
    expect(result).toMatchObject({ bytes: 12, verified: "nothing", attempts: 1 });
    expect(rig.notes()).toHaveLength(notes);
    expect((await rig.client.site("ping")).code).toBe(200);
  });

  test("though the server hangs up behind its 226", async () => {
    await using rig = await startRig(async (control) => {
      await take(control);
      control.end();
    });
    const result = await rig.client.upload(Buffer.from("twelve bytes"), "f", { retries: 2 });
    expect(result).toMatchObject({ verified: "nothing", attempts: 1 });
    expect(rig.server.connections()).toBe(1);
  });

  test("though the checksum that it offers is refused", async () => {
    await using rig = await startRig(
      async (control) => {
        await take(control);
        await control.expect("SIZE f");
        await control.reply("213 12");
        await control.expect("XSHA256 f");
        await control.reply("451 not now");
      },
      {},
      ["SIZE", "XSHA256"],
    );
    const result = await rig.client.upload(Buffer.from("twelve bytes"), "f", { retries: 2, verify: "hash" });
    expect(result).toMatchObject({ verified: "size", attempts: 1 });
  });
});

describe("a server that hangs up behind a file", () => {
  test.each(["end", "reset"] as const)("by %s gets the next one in a new session", async (how) => {
    let first: ScriptedControl | undefined;
    await using rig = await startRig(async (control) => {
      if (first !== undefined) {
        await begin(control);
        await take(control);
        await control.expect("SIZE f");
        return await control.reply("213 12");
      }
      first = control;
      await take(control);
      await control.expect("SIZE f");
      await control.reply("213 12");
      // The next command is on its way, and there is nobody any more.
      await control.expect("EPSV");
      control[how]();
    });
    const store = () => rig.client.upload(Buffer.from("twelve bytes"), "f");
    expect(await store()).toMatchObject({ verified: "size" });
    expect(await store()).toMatchObject({ verified: "size", attempts: 1 });
    expect(rig.server.connections()).toBe(2);
    expect(rig.notes()).toEqual(["a new session takes the place of the lost one"]);
  });

  test("is not asked again for what has begun", async () => {
    await using rig = await startRig(async (control) => {
      await take(control);
      await control.expect("SIZE f");
      await control.reply("213 12");
      await passive(control);
      control.end();
    });
    const store = () => rig.client.upload(Buffer.from("twelve bytes"), "f");
    await store();
    await expect(store()).rejects.toMatchObject({ details: { phase: "control" } });
    expect(rig.server.connections()).toBe(1);
    expect(await rig.client.closed).toMatchObject({ code: "NET_RESET" });
  });
});
