// Greeting, login, replies in pieces, names, and the end of a session.
import { expect, test } from "vitest";
import { FakeClock } from "../support/fake-clock.ts";
import { watchResources } from "../support/resources.ts";
import type { ScriptedControl } from "../support/scripted-control.ts";
import { startScriptedServer } from "../support/scripted-server.ts";
import { begin, connectTo, startRig } from "./rig.ts";

watchResources();

async function prepared(control: ScriptedControl): Promise<void> {
  await control.expect("FEAT");
  await control.reply("502 no");
  await control.expect("TYPE I");
  await control.reply("200 ok");
}

test("replies in pieces of one byte are the same replies", async () => {
  await using server = await startScriptedServer(async (control) => {
    const slowly = (text: string): Promise<void> => control.send(...text);
    await slowly("220-hello\r\n220 there\r\n");
    await control.expect("USER me");
    await slowly("331 pw?\r\n");
    await control.expect("PASS pw");
    await slowly("230 in\r\n");
    await prepared(control);
    await control.expect("PWD");
    await slowly('257 "/a ""b"""\r\n');
  });
  await using client = await connectTo(server);
  expect(client.greeting.lines).toEqual(["220-hello", "220 there"]);
  expect(await client.pwd()).toBe('/a "b"');
  await server.stop();
});

test("a 230 right after USER is a login", async () => {
  await using server = await startScriptedServer(async (control) => {
    await control.reply("220 hi");
    await control.expect("USER me");
    await control.reply("230 in");
    await prepared(control);
  });
  await using client = await connectTo(server);
  expect(client.features.size).toBe(0);
  await server.stop();
});

test("a 332 is answered with the account", async () => {
  await using server = await startScriptedServer(async (control) => {
    await control.reply("220 hi");
    await control.expect("USER me");
    await control.reply("331 pw?");
    await control.expect("PASS pw");
    await control.reply("332 account?");
    await control.expect("ACCT books");
    await control.reply("230 in");
    await prepared(control);
  });
  await using client = await connectTo(server, { account: "books" });
  expect(client.secure).toBe(false);
  await server.stop();
});

test.each([
  ["530 Login incorrect.", "Check user and password."],
  ["530 Non-anonymous sessions must use encryption.", "The server demands TLS: use it."],
  ["332 account?", "The server wants an account beside user and password: give it."],
])("a login that ends with %s is FTP_LOGIN with its hint", async (line, hint) => {
  await using server = await startScriptedServer(async (control) => {
    await control.reply("220 hi");
    await control.expect("USER me");
    await control.reply("331 pw?");
    await control.expect("PASS pw");
    await control.reply(line);
  });
  await expect(connectTo(server)).rejects.toMatchObject({ code: "FTP_LOGIN", hint });
});

test.each([
  ["421 too many", "FTP_REPLY_TRANSIENT"],
  ["SSH-2.0-OpenSSH_9.2", "FTP_PROTOCOL_REMOTE"],
])("a server that begins with %s is %s", async (line, code) => {
  await using server = await startScriptedServer((control) => control.reply(line));
  await expect(connectTo(server)).rejects.toMatchObject({ code });
});

test("a reply without an end is LIMIT_REPLY", async () => {
  await using server = await startScriptedServer(async (control) => {
    await control.reply("220-hi");
    const line = `${"x".repeat(8000)}\r\n`;
    for (let sent = 0; sent < 1_200_000 && !control.socket.destroyed; sent += line.length) {
      if (!control.socket.write(line)) await new Promise((resolve) => setImmediate(resolve));
    }
  });
  await expect(connectTo(server)).rejects.toMatchObject({ code: "LIMIT_REPLY" });
});

test("a silent server is NET_TIMEOUT after replyMs", async () => {
  await using server = await startScriptedServer(async () => {});
  await expect(connectTo(server, { replyMs: 100 })).rejects.toMatchObject({ code: "NET_TIMEOUT" });
});

test("a 421 that nobody asked for ends the session with its words", async () => {
  await using rig = await startRig((control) => control.reply("421 Timeout."));
  expect(await rig.client.closed).toMatchObject({
    code: "FTP_REPLY_TRANSIENT",
    message: expect.stringContaining("421 Timeout."),
  });
  await expect(rig.client.pwd()).rejects.toMatchObject({ details: { reply: 421 } });
});

test.each(["a\r\nDELE b", "a\nb", "a\0b"])("the name %j never reaches the server", async (name) => {
  await using rig = await startRig(async () => {});
  const { client } = rig;
  const refused = { code: "FS_NAME_INVALID" };
  for (const call of [
    () => client.remove(name),
    () => client.rename("x", name),
    () => client.list(name),
    () => client.upload(Buffer.from("x"), name),
    () => client.quote(`DELE ${name}`),
  ]) {
    await expect(call()).rejects.toMatchObject(refused);
  }
  expect(() => client.download(name)).toThrow(expect.objectContaining(refused));
  expect(rig.commands().filter((line) => /DELE|RNFR|STOR|RETR/.test(line))).toEqual([]);
});

test("names are UTF-8 on the wire, and bytes that are none come back as they were", async () => {
  await using rig = await startRig(async (control) => {
    await control.expect("DELE \xc3\xa4");
    await control.reply("250 ok");
    await control.expect("PWD");
    await control.reply('257 "/\xe4\xc3\xa4"');
    await control.expect("DELE /\xe4\xc3\xa4");
    await control.reply("250 ok");
  });
  await rig.client.remove("ä");
  const path = await rig.client.pwd();
  expect(path).toBe("/\udce4ä");
  await rig.client.remove(path);
});

test("the password is in no trace and no error", async () => {
  const lines: string[] = [];
  await using server = await startScriptedServer(async (control) => {
    await begin(control);
  });
  await using client = await connectTo(server, {
    password: "hush hush",
    trace: (event: unknown) => lines.push(JSON.stringify(event)),
  });
  await server.stop();
  await client[Symbol.asyncDispose]();
  expect(lines.join("\n")).toContain("PASS ***");
  expect(lines.join("\n")).not.toContain("hush");
  await expect(connectTo(server, { password: "hu\nsh" })).rejects.not.toThrow("sh");
});

test("a trace without transfers gets no dialogue, and the password is in no error none the less", async () => {
  const types: string[] = [];
  const trace = ({ type }: { readonly type: string }): void => void types.push(type);
  await using rig = await startRig(
    async (control) => {
      await control.expect("SIZE f");
      await control.send("213 5\r\nno reply\r\n");
      await control.expect("USER you");
      await control.reply("331 pw?");
      await control.expect("PASS hush");
      await control.reply("530 'hush' is wrong");
    },
    { trace, traceTransfers: false },
  );
  expect(await rig.client.size("f")).toBe(5);
  const refused = rig.client.logIn({ user: "you", password: "hush" });
  await expect(refused).rejects.toMatchObject({ code: "FTP_LOGIN", message: expect.not.stringContaining("hush") });
  expect(new Set(types)).toEqual(new Set(["control.open", "relay.note"]));
});

test("disposal says QUIT, and is idempotent", async () => {
  const rig = await startRig(async (control) => {
    await control.expect("QUIT");
    await control.reply("221 bye");
  });
  await rig.client[Symbol.asyncDispose]();
  await rig.client[Symbol.asyncDispose]();
  expect(await rig.client.closed).toBeUndefined();
  await expect(rig.client.pwd()).rejects.toMatchObject({ code: "CLOSED" });
  await rig.server.finished();
  await rig.server.stop();
});

test("an aborted call is over at once, and the next one gets its own reply", async () => {
  const reason = new Error("enough");
  const stop = new AbortController();
  await using rig = await startRig(async (control) => {
    await control.expect("PWD");
    stop.abort(reason);
    await control.expect("SIZE f");
    await control.send('257 "/"\r\n213 5\r\n');
  });
  await expect(rig.client.pwd({ signal: stop.signal })).rejects.toBe(reason);
  expect(await rig.client.size("f")).toBe(5);
});

test("AUTH TLS: a word in the clear behind the 234 ends the session", async () => {
  await using server = await startScriptedServer(async (control) => {
    await control.reply("220 hi");
    await control.expect("AUTH TLS");
    await control.send("234 go\r\n230 you are in\r\n");
  });
  await expect(connectTo(server, { tls: {} })).rejects.toMatchObject({
    code: "FTP_PROTOCOL_REMOTE",
    message: expect.stringContaining("in the clear"),
  });
});

test("AUTH TLS that is refused is an error, and no login in the clear follows", async () => {
  const lines: (string | undefined)[] = [];
  await using server = await startScriptedServer(async (control) => {
    await control.reply("220 hi");
    await control.expect("AUTH TLS");
    await control.reply("502 no");
    lines.push(await control.line());
  });
  await expect(connectTo(server, { tls: {} })).rejects.toMatchObject({ code: "FTP_REPLY_PERMANENT" });
  await server.finished();
  expect(lines).toEqual([undefined]);
});

test("NOOP is sent in silence, and its reply disturbs nothing", async () => {
  const clock = new FakeClock();
  await using rig = await startRig(
    async (control) => {
      await control.expect("NOOP");
      await control.reply("200 still here");
      await control.expect("PWD");
      await control.reply('257 "/"');
    },
    { keepaliveMs: 50_000, clock },
  );
  await clock.waitedFor(50_000);
  clock.advance(50_000);
  expect(rig.commands()).toContain("NOOP");
  expect(await rig.client.pwd()).toBe("/");
});
