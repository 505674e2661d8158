// Directories, typed; what a server names is not followed.
import { join } from "node:path";
import { expect, test } from "vitest";
import { localPathFor } from "../../src/connect/index.ts";
import { watchResources } from "../support/resources.ts";
import type { ScriptedControl } from "../support/scripted-control.ts";
import { passive, startRig } from "./rig.ts";

watchResources();

async function answer(control: ScriptedControl, command: string, text: string): Promise<void> {
  const data = await passive(control);
  const socket = await data.accept();
  await control.expect(command);
  await control.reply("150 here");
  socket.end(Buffer.from(text, "latin1"));
  await control.reply("226 done");
}

test("MLSD is asked where MLST is a feature", async () => {
  const text = "type=file;size=5;modify=20200102030405; \xc3\xa4 b\r\ntype=dir; d\r\n";
  const script = async (control: ScriptedControl): Promise<void> => {
    await control.expect("PWD");
    await control.reply('257 "/home"');
    await control.expect("CWD some where");
    await control.reply("250 ok");
    await control.expect("PWD");
    await control.reply('257 "/home/some where"');
    await answer(control, "MLSD", text);
  };
  await using rig = await startRig(script, {}, ["UTF8", "MLST type*;"]);
  const { format, entries } = await rig.client.list("some where");
  expect(format).toBe("facts");
  expect(entries).toEqual([
    expect.objectContaining({ name: "ä b", type: "file", size: 5 }),
    expect.objectContaining({ name: "d", type: "directory" }),
  ]);
});

test("LIST is read elsewhere; a path that looks like an option is none", async () => {
  const text = "total 1\r\n-rw-r--r-- 1 u g 12 Jan 02 2020 a file\r\nls: something went wrong\r\n";
  await using rig = await startRig(async (control) => {
    await control.expect("PWD");
    await control.reply('257 "/home"');
    await control.expect("CWD -R");
    await control.reply("250 ok");
    await control.expect("PWD");
    await control.reply('257 "/home/-R"');
    await answer(control, "LIST", text);
  });
  const { format, entries, unread } = await rig.client.list("-R");
  expect(format).toBe("unix");
  expect(entries).toEqual([expect.objectContaining({ name: "a file", type: "file", size: 12 })]);
  expect(unread).toEqual([expect.objectContaining({ text: "ls: something went wrong" })]);
});

test("names that lead out of the directory are no entries", async () => {
  const text = "type=file;size=1; ../../etc/passwd\r\ntype=file;size=1; ok\r\n";
  await using rig = await startRig((control) => answer(control, "MLSD", text), {}, ["UTF8", "MLST type*;"]);
  const { entries, unread } = await rig.client.list();
  expect(entries.map(({ name }) => name)).toEqual(["ok"]);
  expect(unread).toEqual([expect.objectContaining({ reason: "path" })]);
});

test.each(["../x", "..", ".", "", "/etc/passwd", "a/b", "a\\b", "..\\x", "C:x", "a\0b"])(
  "localPathFor refuses %j",
  (name) => {
    expect(() => localPathFor("/tmp/here", name)).toThrow(expect.objectContaining({ code: "FS_OUTSIDE" }));
  },
);

test("localPathFor gives a path in the directory for what is a name", () => {
  for (const name of ["a", "..a", "a b", "ä", "-rf", "a..b"]) {
    expect(localPathFor("/tmp/here", name)).toBe(join("/tmp/here", name));
  }
});

test("a listing without an end is LIMIT_LISTING, and the session goes on", async () => {
  await using rig = await startRig(async (control) => {
    const data = await passive(control);
    const socket = await data.accept();
    await control.expect("LIST");
    await control.reply("150 here");
    const piece = "x\n".repeat(100_000);
    while (!socket.destroyed) {
      if (!socket.write(piece)) await new Promise((resolve) => setImmediate(resolve));
    }
    await control.expect("ABOR");
    await control.send("426 broken\r\n226 done\r\n");
    await control.expect("PWD");
    await control.reply('257 "/"');
  });
  await expect(rig.client.list()).rejects.toMatchObject({
    code: "LIMIT_LISTING",
    message: expect.stringContaining("more than 1000000 files"),
  });
  expect(await rig.client.pwd()).toBe("/");
});

test("stat without MLST is put together from SIZE and MDTM", async () => {
  await using rig = await startRig(async (control) => {
    await control.expect("SIZE f");
    await control.expect("MDTM f");
    await control.send("213 12\r\n213 20200102030405\r\n");
  });
  expect(await rig.client.stat("f")).toMatchObject({
    type: "file",
    size: 12,
    modified: { ms: Date.UTC(2020, 0, 2, 3, 4, 5), zone: "utc" },
  });
});

test("stat by MLST", async () => {
  await using rig = await startRig(
    async (control) => {
      await control.expect("MLST f");
      await control.send("250-Listing f\r\n type=file;size=12; /f\r\n250 End\r\n");
    },
    {},
    ["UTF8", "MLST type*;"],
  );
  expect(await rig.client.stat("f")).toMatchObject({ name: "/f", type: "file", size: 12 });
});

test("MLST that the server does not know is not asked for again", async () => {
  await using rig = await startRig(
    async (control) => {
      await control.expect("MLST f");
      await control.send("500 Unknown command\r\n");
      for (const size of [12, 13]) {
        await control.expect("SIZE f");
        await control.expect("MDTM f");
        await control.send(`213 ${size}\r\n213 20200102030405\r\n`);
      }
    },
    {},
    ["UTF8", "MLST type*;"],
  );
  expect(await rig.client.stat("f")).toMatchObject({ size: 12 });
  expect(await rig.client.stat("f")).toMatchObject({ size: 13 });
});

test("where we are is a directory, also at a server without CWD", async () => {
  await using rig = await startRig(async (control) => {
    await control.expect("SIZE /");
    await control.expect("MDTM /");
    await control.send("550 not a file\r\n550 not a file\r\n");
    await control.expect("PWD");
    await control.expect("CWD /");
    await control.send('257 "/"\r\n502 CWD not implemented\r\n');
  });
  expect(await rig.client.stat("/")).toMatchObject({ type: "directory" });
});
