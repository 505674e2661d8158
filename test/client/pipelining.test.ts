// What leaves together: the commands of the next call go behind the data of a transfer, and never before its end.
import type { Socket } from "node:net";
import { expect, test } from "vitest";
import { watchResources } from "../support/resources.ts";
import type { ScriptedControl, ScriptedData } from "../support/scripted-control.ts";
import { type ClientRig, passive, startRig, textOf } from "./rig.ts";

watchResources();

const orderly = "220 (vsFTPd 3.0.3)";
const unknown = "220 ProFTPD Server";

const rigWith = (greeting: string, script: (control: ScriptedControl) => Promise<void>): Promise<ClientRig> =>
  startRig(script, {}, undefined, greeting);

/** EPSV and its answer behind what came in the same breath. */
async function announce(control: ScriptedControl, size = "213 4"): Promise<ScriptedData> {
  await control.expect(/^SIZE /);
  await control.reply(size);
  return await passive(control);
}

/** A download as far as the end of its data, with the client's own end. */
async function serve(control: ScriptedControl, data: ScriptedData, name: string): Promise<Socket> {
  const socket = await data.accept();
  await control.expect(`RETR ${name}`);
  await control.reply("150 here");
  const ended = new Promise((resolve) => socket.once("end", resolve));
  socket.resume().end("data");
  await ended;
  return socket;
}

async function serveWhole(control: ScriptedControl, name: string): Promise<void> {
  await serve(control, await announce(control), name);
  await control.reply("226 done");
}

test("a server that reads in order has the next download's commands before it has said 226", async () => {
  await using rig = await rigWith(orderly, async (control) => {
    await serve(control, await announce(control), "f");
    await control.expect("SIZE g");
    await control.expect("EPSV");
    const data = await control.listenData();
    await control.expect("RETR g");
    await control.send(`226 done\r\n213 4\r\n229 ok (|||${data.port}|)\r\n`);
    const socket = await data.accept();
    await control.reply("150 here");
    socket.end("more");
    await control.reply("226 done");
  });
  const [first, second] = [rig.client.download("f"), rig.client.download("g")];
  expect(await Promise.all([textOf(first), textOf(second)])).toEqual(["data", "more"]);
  expect(await Promise.all([first.result, second.result])).toMatchObject([
    { bytes: 4, verified: "size" },
    { bytes: 4, verified: "size" },
  ]);
});

test("another server has them only behind its 226", async () => {
  await using rig = await rigWith(unknown, async (control) => {
    await serve(control, await announce(control), "f");
    // What was sent too early would be here: the client's end of the data has come.
    expect(control.unread()).toBe("");
    await control.reply("226 done");
    await serveWhole(control, "g");
  });
  const [first, second] = [rig.client.download("f"), rig.client.download("g")];
  expect(await Promise.all([textOf(first), textOf(second)])).toEqual(["data", "data"]);
});

test("a download that is shorter than SIZE lets nobody on before it was asked again, and that is told", async () => {
  await using rig = await rigWith(orderly, async (control) => {
    await serve(control, await announce(control, "213 9"), "f");
    expect(control.unread()).toBe("");
    await control.reply("226 done");
    await control.expect("SIZE f");
    await control.reply("213 9");
    await serveWhole(control, "g");
  });
  const [first, second] = [rig.client.download("f"), rig.client.download("g")];
  expect(await Promise.all([textOf(first), textOf(second)])).toEqual(["data", "data"]);
  expect(rig.notes()).toEqual([
    expect.stringContaining("reports a size of 9 bytes, but sent 4 and confirmed their end"),
  ]);
});

test.each([213, 227, 229])("%i in the place of a 226 confirms nothing, and ends the session", async (code) => {
  await using rig = await rigWith(orderly, async (control) => {
    await serve(control, await announce(control), "f");
    await control.reply(`${code} 4`);
  });
  await expect(textOf(rig.client.download("f"))).rejects.toMatchObject({
    message: expect.stringContaining(`answered the transfer with ${code}`),
  });
  await expect(rig.client.pwd()).rejects.toMatchObject({ code: "FTP_PROTOCOL_REMOTE" });
});

test("a transfer that fails at its last word does not touch the one behind it", async () => {
  await using rig = await rigWith(orderly, async (control) => {
    await serve(control, await announce(control), "f");
    await control.expect("SIZE g");
    await control.expect("EPSV");
    await control.expect("RETR g");
    const data = await control.listenData();
    await control.send(`451 the disk broke\r\n213 4\r\n229 ok (|||${data.port}|)\r\n`);
    const socket = await data.accept();
    await control.reply("150 here");
    socket.end("more");
    await control.reply("226 done");
  });
  const [first, second] = [rig.client.download("f"), rig.client.download("g")];
  const broken = expect(textOf(first)).rejects.toMatchObject({ details: { reply: 451 } });
  expect(await textOf(second)).toBe("more");
  await broken;
});

test("who gives up behind the end of the data sends no ABOR: it would break the next transfer", async () => {
  const stop = new AbortController();
  await using rig = await rigWith(orderly, async (control) => {
    await serve(control, await announce(control), "f");
    await control.expect("SIZE g");
    await control.expect("EPSV");
    await control.expect("RETR g");
    stop.abort(new Error("enough"));
    const data = await control.listenData();
    await control.send(`226 done\r\n213 4\r\n229 ok (|||${data.port}|)\r\n`);
    const socket = await data.accept();
    await control.reply("150 here");
    socket.end("more");
    await control.reply("226 done");
  });
  const [first, second] = [rig.client.download("f", { signal: stop.signal }), rig.client.download("g")];
  const broken = expect(textOf(first)).rejects.toMatchObject({ message: "enough" });
  expect(await textOf(second)).toBe("more");
  await broken;
  expect(rig.commands()).not.toContain("ABOR");
});

/** An upload as far as the server's end of its data connection. */
async function take(control: ScriptedControl, name: string, data: ScriptedData): Promise<void> {
  const socket = await data.accept();
  await control.expect(`STOR ${name}`);
  await control.reply("150 come");
  const ended = new Promise((resolve) => socket.once("end", resolve));
  socket.resume();
  await ended;
  socket.end();
}

test("an upload's SIZE goes behind the server's end of the data, with the next call's commands", async () => {
  await using rig = await rigWith(orderly, async (control) => {
    await take(control, "f", await passive(control));
    await control.expect("SIZE f");
    await control.expect("EPSV");
    await control.expect("STOR g");
    const data = await control.listenData();
    await control.send(`226 done\r\n213 4\r\n229 ok (|||${data.port}|)\r\n`);
    const socket = await data.accept();
    await control.reply("150 come");
    await new Promise((resolve) => socket.resume().once("end", resolve));
    socket.end();
    await control.reply("226 done");
    await control.expect("SIZE g");
    await control.reply("213 3");
  });
  const bytes = Buffer.from("data");
  const [first, second] = [rig.client.upload(bytes, "f"), rig.client.upload(bytes, "g")];
  const broken = expect(second).rejects.toMatchObject({ code: "FTP_VERIFY" });
  expect(await first).toMatchObject({ bytes: 4, verified: "size" });
  await broken;
});

test("at another server it goes behind the 226, pipelined with the next call's commands", async () => {
  await using rig = await rigWith(unknown, async (control) => {
    await take(control, "f", await passive(control));
    expect(control.unread()).toBe("");
    await control.reply("226 done");
    await control.expect("SIZE f");
    await control.expect("EPSV");
    await control.expect("STOR g");
    const data = await control.listenData();
    await control.send(`213 3\r\n229 ok (|||${data.port}|)\r\n`);
    const socket = await data.accept();
    await control.reply("150 come");
    await new Promise((resolve) => socket.resume().once("end", resolve));
    socket.end();
    await control.send("226 done\r\n");
    await control.expect("SIZE g");
    await control.reply("550 no such thing");
  });
  const bytes = Buffer.from("data");
  const [first, second] = [rig.client.upload(bytes, "f"), rig.client.upload(bytes, "g")];
  await expect(first).rejects.toMatchObject({ code: "FTP_VERIFY" });
  // The server tells no size, so none was compared.
  expect(await second).toMatchObject({ bytes: 4, verified: "nothing" });
});

test("active: once it has worked, EPRT and the transfer are pipelined", async () => {
  const ports: number[] = [];
  const portOf = (line: string): number => Number(line.split("|")[3]);
  await using rig = await startRig(
    async (control) => {
      ports.push(portOf(await control.expect(/^EPRT /)));
      expect(control.unread()).toBe("");
      await control.reply("200 ok");
      await control.expect("RETR f");
      for (const name of ["f", "g"]) {
        if (name === "g") {
          ports.push(portOf(await control.expect(/^EPRT /)));
          await control.expect("RETR g");
          await control.reply("200 ok");
        }
        const socket = await control.connectData("127.0.0.1", ports.at(-1) ?? 0);
        await control.reply("150 here");
        socket.resume().end("data");
        await control.reply("226 done");
      }
    },
    { mode: "active" },
    ["UTF8", "EPRT"],
  );
  expect(await textOf(rig.client.download("f"))).toBe("data");
  expect(await textOf(rig.client.download("g"))).toBe("data");
  expect(ports).toHaveLength(2);
});
