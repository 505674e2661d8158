// Servers that break the form of replies and that curl and lftp get along with.

import { expect, test } from "vitest";
import { openClient } from "../../src/client/client-calls.ts";
import { FtpClient } from "../../src/connect/index.ts";
import { systemNetwork } from "../../src/network/system-network.ts";
import type { TraceEventBody } from "../../src/platform/trace.ts";
import { limits } from "../../src/protocol/limits.ts";
import { clientParts } from "../support/client-parts.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { watchResources } from "../support/resources.ts";
import type { ScriptedControl } from "../support/scripted-control.ts";
import { startScriptedServer } from "../support/scripted-server.ts";
import { startRig } from "./rig.ts";

watchResources();

async function answerAll(control: ScriptedControl): Promise<void> {
  for (let line = await control.line(); line !== undefined; line = await control.line()) {
    await control.reply(line === "QUIT" ? "221 bye" : "200 ok");
  }
}

test("lines that are no replies are skipped before the greeting, behind the login, and in FEAT's list", async () => {
  await using server = await startScriptedServer(async (control) => {
    await control.send("test disclaimer\r\nAuthorised use only\r\n220 ready\r\n");
    await control.expect("USER me");
    await control.send("331 password?\r\nthink well\r\n");
    await control.expect("PASS pw");
    await control.send("230 ok\r\nLast login: today\r\n");
    await control.expect("FEAT");
    await control.send("211 Features:\r\n SIZE\r\n211 End\r\n");
    await control.expect("TYPE I");
    await control.reply("200 ok");
    await control.expect("PWD");
    await control.reply('257 "/home"');
    await answerAll(control);
  });
  const { host, port } = server;
  const notes: string[] = [];
  await using client = await FtpClient.connect({
    host,
    port,
    user: "me",
    password: "pw",
    trace: (event) => event.type === "relay.note" && notes.push(event.note),
  });
  expect(await client.pwd()).toBe("/home");
  expect(notes[0]).toBe("the server sent a line that is not a reply, skipped: test disclaimer");
  expect(notes).toHaveLength(6);
});

test("a line behind AUTH's 234 in the clear is no line to skip", async () => {
  await using server = await startScriptedServer(async (control) => {
    await control.reply("220 ready");
    await control.expect("AUTH TLS");
    await control.send("234 go\r\nhello from in between\r\n");
  });
  const { host, port } = server;
  await expect(FtpClient.connect({ host, port, tls: { kind: "explicit" } })).rejects.toMatchObject({
    message: expect.stringContaining("in the clear"),
  });
});

test("a 230- that 200 ends is a login, when nothing follows for a moment", async () => {
  await using server = await startScriptedServer(async (control) => {
    await control.reply("220 ready");
    await control.expect("USER me");
    await control.reply("331 password?");
    await control.expect("PASS pw");
    await control.send("230-hello\r\n200 ok\r\n");
    await answerAll(control);
  });
  const { host, port } = server;
  const clock = new FakeClock();
  let told: () => void = () => {};
  const passwordTold = new Promise<void>((resolve) => {
    told = resolve;
  });
  const emit = (event: TraceEventBody): void => {
    if (event.type === "ftp.command" && event.line.startsWith("PASS")) told();
  };
  const opening = openClient(
    { host, port, user: "me", password: "pw" },
    { network: systemNetwork, clock, now: () => 0, emit },
    clientParts,
  );
  await passwordTold;
  await clock.waitedFor(limits.replyEndMs);
  clock.advance(limits.replyEndMs);
  const session = await opening;
  await session[Symbol.asyncDispose]();
});

test("what a server that hangs up has said last is heard", async () => {
  await using rig = await startRig(async (control) => {
    await control.expect("NOOP");
    await control.send("250-a\r\n200 b\r\n");
    control.end();
  });
  const reply = await rig.client.quote("NOOP");
  expect(reply.lines).toEqual(["200-a", "200 b"]);
});
