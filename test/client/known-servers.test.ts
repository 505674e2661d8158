// What is sent to servers that are known by their greeting without waiting, and what a further session with one has from the first.
import { expect, test } from "vitest";
import { watchResources } from "../support/resources.ts";
import type { ScriptedControl } from "../support/scripted-control.ts";
import { type ScriptedServer, startScriptedServer } from "../support/scripted-server.ts";
import { connectTo, passive, textOf } from "./rig.ts";

watchResources();

const known = "220 (vsFTPd 3.0.3)";
const features = "211-Features\r\n SIZE\r\n UTF8\r\n211 End\r\n";

/** Ends each session as servers do. */
const start = (script: (control: ScriptedControl, number: number) => Promise<void>): Promise<ScriptedServer> =>
  startScriptedServer(async (control, number) => {
    await script(control, number);
    if ((await control.line()) === "QUIT") await control.reply("221 bye");
  });

/** As far as the client's password; nothing is answered to that. */
async function password(control: ScriptedControl, greeting: string): Promise<void> {
  await control.reply(greeting);
  await control.expect(/^USER /);
  await control.reply("331 password?");
  await control.expect(/^PASS /);
}

/** All that a first session asks for before it goes on. */
async function first(control: ScriptedControl): Promise<void> {
  await password(control, known);
  await control.expect("FEAT");
  await control.expect("TYPE I");
  await control.expect("OPTS UTF8 ON");
  await control.send(`230 welcome\r\n${features}200 ok\r\n200 ok\r\n`);
}

async function file(control: ScriptedControl, name: string, text: string): Promise<void> {
  await control.expect(`SIZE ${name}`);
  await control.reply(`213 ${text.length}`);
  const data = await passive(control);
  await control.expect(`RETR ${name}`);
  (await data.accept()).end(text);
  await control.send("150 here\r\n226 done\r\n");
}

/** One session fetches a file; `script` is for the next one, behind its password and what it sends with that. */
const startWithSecond = (script: (control: ScriptedControl) => Promise<void>): Promise<ScriptedServer> =>
  start(async (control, number) => {
    if (number === 0) {
      await first(control);
      return await file(control, "f", "data");
    }
    await password(control, known);
    await control.expect("OPTS UTF8 ON");
    await control.expect("TYPE I");
    await script(control);
  });

test("FEAT, TYPE and OPTS are there before such a server has answered the password", async () => {
  await using server = await start(first);
  await using client = await connectTo(server);
  expect([...client.features.keys()]).toEqual(["SIZE", "UTF8"]);
});

test("another server has nothing behind the password before it has answered that", async () => {
  await using server = await start(async (control) => {
    await password(control, "220 ready");
    // It would have come in the same packet.
    expect(control.unread()).toBe("");
    await control.reply("230 welcome");
    await control.expect("FEAT");
    await control.send(features);
    await control.expect("TYPE I");
    await control.reply("200 ok");
    await control.expect("OPTS UTF8 ON");
    await control.reply("200 ok");
  });
  await using client = await connectTo(server);
  expect(client.features.size).toBe(2);
});

test("a refused password is what is told, whatever is answered behind it", async () => {
  await using server = await start(async (control) => {
    await password(control, known);
    await control.send(`530 no\r\n${features}530 log in first\r\n530 log in first\r\n`);
  });
  await expect(connectTo(server)).rejects.toMatchObject({ code: "FTP_LOGIN", details: { reply: 530 } });
});

test("a further session asks for no features, and its first file's commands leave together, while TYPE is not answered yet", async () => {
  await using server = await startWithSecond(async (control) => {
    await control.reply("230 welcome");
    await control.expect("SIZE g");
    await control.expect("EPSV");
    await control.expect("RETR g");
    const data = await control.listenData();
    await control.send(`200 ok\r\n200 ok\r\n213 4\r\n229 ok (|||${data.port}|)\r\n`);
    (await data.accept()).end("more");
    await control.send("150 here\r\n226 done\r\n");
  });
  await using client = await connectTo(server);
  expect(await textOf(client.download("f"))).toBe("data");
  await using another = await client.openAnother();
  expect([...another.features.keys()]).toEqual(["SIZE", "UTF8"]);
  expect(await textOf(another.download("g"))).toBe("more");
});

test("where TYPE is refused in a further session, no file comes in it", async () => {
  await using server = await startWithSecond(async (control) => {
    await control.send("230 welcome\r\n200 ok\r\n504 no\r\n");
  });
  await using client = await connectTo(server);
  expect(await textOf(client.download("f"))).toBe("data");
  await using another = await client.openAnother();
  expect(await another.closed).toMatchObject({ code: "FTP_REPLY_PERMANENT", details: { reply: 504 } });
});

test("what greets otherwise is another server, and is asked for everything", async () => {
  await using server = await start(async (control, number) => {
    if (number === 0) return await first(control);
    await password(control, "220 (vsFTPd 2.0.5)");
    await control.expect("FEAT");
    await control.expect("TYPE I");
    await control.expect("OPTS UTF8 ON");
    await control.send("230 welcome\r\n211-Features\r\n MDTM\r\n211 End\r\n200 ok\r\n500 what?\r\n");
  });
  await using client = await connectTo(server);
  await using another = await client.openAnother();
  expect([...another.features.keys()]).toEqual(["MDTM"]);
});

test("PWD and CWD go together; where PWD is refused CDUP leads back", async () => {
  await using server = await start(async (control) => {
    await first(control);
    await control.expect("PWD");
    await control.expect("CWD d/e");
    await control.send("550 no\r\n250 ok\r\n");
    const data = await passive(control);
    await control.expect("LIST");
    (await data.accept()).end();
    await control.send("150 here\r\n226 done\r\n");
    await control.expect("CDUP");
    await control.reply("250 ok");
    await control.expect("CDUP");
    await control.reply("250 ok");
    await control.expect("PWD");
    await control.reply('257 "/home"');
  });
  await using client = await connectTo(server);
  expect((await client.list("d/e")).entries).toEqual([]);
  expect(await client.pwd()).toBe("/home");
});

test("a file below is named by its path, until a listing has gone elsewhere", async () => {
  await using server = await start(async (control) => {
    await first(control);
    await file(control, "d/f", "data");
    await control.expect("PWD");
    await control.expect("CWD e");
    await control.send('257 "/home"\r\n250 ok\r\n');
    await control.expect("EPSV");
    const data = await control.listenData();
    await control.expect("LIST");
    await control.send(`229 ok (|||${data.port}|)\r\n150 here\r\n`);
    (await data.accept()).end();
    await control.reply("226 done");
    await control.expect("CWD /home/d");
    await control.reply("250 ok");
    await file(control, "g", "more");
  });
  await using client = await connectTo(server);
  expect(await textOf(client.download("d/f"))).toBe("data");
  expect((await client.list("e")).entries).toEqual([]);
  expect(await textOf(client.download("d/g"))).toBe("more");
});
