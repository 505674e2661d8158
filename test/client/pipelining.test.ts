// What leaves together: the commands of the next call go behind the data of a transfer, or with it.
import type { Socket } from "node:net";
import { expect, test } from "vitest";
import { limits } from "../../src/protocol/limits.ts";
import { watchResources } from "../support/resources.ts";
import type { ScriptedControl, ScriptedData } from "../support/scripted-control.ts";
import { type ClientRig, passive, startRig, textOf } from "./rig.ts";

watchResources();

const orderly = "220 (vsFTPd 3.0.3)";
const unknown = "220 FTP server ready.";
const own = "220 Sallyport FTP server.";

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

test("an upload's SIZE and the next call's commands go behind our end of the data", async () => {
  await using rig = await rigWith(orderly, async (control) => {
    await take(control, "f", await passive(control));
    await control.expect("SIZE f");
    await control.expect("EPSV");
    await control.expect("STOR g");
    const data = await control.listenData();
    await control.send(`226 done\r\n213 4\r\n229 ok (|||${data.port}|)\r\n`);
    const socket = await data.accept();
    await new Promise((resolve) => socket.resume().once("end", resolve));
    // It has said nothing of this one yet, and has not ended its side.
    await control.expect("SIZE g");
    await control.reply("150 come");
    socket.end();
    await control.reply("226 done");
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

/** One download, so that the way is proven; then the commands of `f`, up to its data connection. */
async function begin(control: ScriptedControl, size: string): Promise<Socket> {
  await serveWhole(control, "first");
  await control.expect("SIZE f");
  await control.expect("EPSV");
  await control.expect("RETR f");
  const data = await control.listenData();
  await control.send(`${size}\r\n229 ok (|||${data.port}|)\r\n`);
  return await data.accept();
}

/** The same, and the commands of `g`, which leaves when the data connection of `f` stands. */
async function overlap(
  control: ScriptedControl,
  size = "213 4",
): Promise<{ f: Socket; answerG: () => Promise<Socket> }> {
  const f = await begin(control, size);
  await control.expect("SIZE g");
  await control.expect("EPSV");
  await control.expect("RETR g");
  return {
    f,
    answerG: async () => {
      const next = await control.listenData();
      await control.send(`213 4\r\n229 ok (|||${next.port}|)\r\n`);
      const g = await next.accept();
      await control.reply("150 here");
      return g;
    },
  };
}

async function twoBehindOne({ client }: ClientRig, signal?: AbortSignal): Promise<[string, unknown, string]> {
  await textOf(client.download("first"));
  const [f, g] = [client.download("f", signal === undefined ? {} : { signal }), client.download("g")];
  const verified = f.result.then(
    (result) => result.verified,
    () => "failed",
  );
  return await Promise.all([verified, textOf(f).catch((error: unknown) => error), textOf(g)]);
}

test("our own server has the next small file's commands when the data connection of this one stands", async () => {
  await using rig = await rigWith(own, async (control) => {
    const { f, answerG } = await overlap(control);
    await control.reply("150 here");
    f.resume().end("data");
    await control.reply("226 done");
    (await answerG()).resume().end("more");
    await control.reply("226 done");
  });
  expect(await twoBehindOne(rig)).toEqual(["size", "data", "more"]);
});

test("what came is another length than SIZE said: told, and not asked again, for the session is elsewhere by then", async () => {
  await using rig = await rigWith(own, async (control) => {
    const { f, answerG } = await overlap(control, "213 9");
    await control.reply("150 here");
    f.resume().end("data");
    await control.reply("226 done");
    (await answerG()).resume().end("more");
    await control.reply("226 done");
  });
  expect(await twoBehindOne(rig)).toEqual(["nothing", "data", "more"]);
  expect(rig.notes()).toEqual([expect.stringContaining("reports a size of 9 bytes, but sent 4")]);
});

test.each(["550 gone", "425 no data connection", "426 broke", "451 disk"])(
  "%s for one of them fails that one alone",
  async (reply) => {
    await using rig = await rigWith(own, async (control) => {
      const { f, answerG } = await overlap(control);
      if (!/^[45]25|^550/.test(reply)) await control.reply("150 here");
      f.resetAndDestroy();
      await control.reply(reply);
      (await answerG()).resume().end("more");
      await control.reply("226 done");
    });
    expect(await twoBehindOne(rig)).toEqual(["failed", expect.objectContaining({ code: expect.any(String) }), "more"]);
    expect(rig.commands()).not.toContain("ABOR");
  },
);

test("who gives up while it runs resets its data connection, and sends no ABOR: the next file comes whole", async () => {
  const stop = new AbortController();
  await using rig = await rigWith(own, async (control) => {
    const { f, answerG } = await overlap(control);
    await control.reply("150 here");
    const gone = new Promise((resolve) => f.once("close", resolve).on("error", () => {}));
    f.write("da");
    stop.abort(new Error("enough"));
    await gone;
    await control.reply("426 broken off");
    (await answerG()).resume().end("more");
    await control.reply("226 done");
  });
  expect(await twoBehindOne(rig, stop.signal)).toEqual([
    "failed",
    expect.objectContaining({ message: "enough" }),
    "more",
  ]);
  expect(rig.commands()).not.toContain("ABOR");
});

test("who gives up before the server has taken the connection leaves it that long: it would wait for another one", async () => {
  const stop = new AbortController();
  await using rig = await rigWith(own, async (control) => {
    const { f, answerG } = await overlap(control);
    const gone = new Promise((resolve) => f.once("close", resolve).on("error", () => {}));
    f.resume();
    stop.abort(new Error("enough"));
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    expect(f.closed).toBe(false);
    await control.reply("150 here");
    await gone;
    await control.reply("426 broken off");
    (await answerG()).resume().end("more");
    await control.reply("226 done");
  });
  expect((await twoBehindOne(rig, stop.signal))[2]).toBe("more");
});

test("a large file, and one whose size is not told, let nobody on before their end", async () => {
  for (const size of [`213 ${limits.clientShortFileBytes + 1}`, "550 no size"]) {
    await using rig = await rigWith(own, async (control) => {
      const f = await begin(control, size);
      await control.reply("150 here");
      expect(control.unread()).toBe("");
      f.resetAndDestroy();
      await control.reply("426 broke");
    });
    await textOf(rig.client.download("first"));
    await expect(textOf(rig.client.download("f"))).rejects.toThrow();
  }
});

test("a server that dies between them, and is not there again, fails both", async () => {
  let connections = 0;
  await using rig = await rigWith(own, async (control) => {
    connections += 1;
    if (connections > 1) return control.reset();
    const { f } = await overlap(control);
    await control.reply("150 here");
    f.write("da");
    control.reset();
  });
  await textOf(rig.client.download("first"));
  const both = [rig.client.download("f"), rig.client.download("g")].map((file) => textOf(file).catch(() => "failed"));
  expect(await Promise.all(both)).toEqual(["failed", "failed"]);
});

test("setting a file's time waits for no reply before the next call's commands", async () => {
  await using rig = await rigWith(unknown, async (control) => {
    await serveWhole(control, "first");
    await control.expect("MDTM 20260102030405 f");
    await control.expect("SIZE f");
    await control.reply("213 ok");
    await control.reply("213 4");
  });
  await textOf(rig.client.download("first"));
  const [, size] = await Promise.all([
    rig.client.setModified("f", Date.UTC(2026, 0, 2, 3, 4, 5)),
    rig.client.size("f"),
  ]);
  expect(size).toBe(4);
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
