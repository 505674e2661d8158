// Who is logged in: asked behind the greeting, changed in a running session.
import { expect, test } from "vitest";
import { FtpClient } from "../../src/connect/index.ts";
import { watchResources } from "../support/resources.ts";
import type { ScriptedControl } from "../support/scripted-control.ts";
import { startScriptedServer } from "../support/scripted-server.ts";
import { startRig } from "./rig.ts";

watchResources();

async function setUp(control: ScriptedControl): Promise<void> {
  for (let line = await control.line(); line !== undefined; line = await control.line()) {
    await control.reply(line === "QUIT" ? "221 bye" : line === "FEAT" ? "500 what?" : "200 ok");
  }
}

test("credentials are asked for when the greeting has come", async () => {
  const server = await startScriptedServer(async (control) => {
    await control.reply("220 who are you?");
    await control.expect("USER anna");
    await control.reply("331 password?");
    await control.expect("PASS secret");
    await control.reply("332 account?");
    await control.expect("ACCT x");
    await control.reply("230 welcome");
    await setUp(control);
  });
  const greetings: string[] = [];
  const client = await FtpClient.connect({
    host: server.host,
    port: server.port,
    credentials: async ({ lines }) => {
      greetings.push(...lines);
      return { user: "anna", password: "secret", account: "x" };
    },
  });
  await client[Symbol.asyncDispose]();
  await server.stop();
  expect(greetings).toEqual(["220 who are you?"]);
});

test("a password that has to be asked for is asked when the server wants one, behind its words", async () => {
  const session = async (control: ScriptedControl, wants: boolean): Promise<void> => {
    await control.reply("220 who are you?");
    await control.expect("USER anna");
    if (wants) {
      await control.reply("331 otp-md5 99 seed");
      await control.expect("PASS answer to 331 otp-md5 99 seed");
    }
    await control.reply("230 welcome");
    await setUp(control);
  };
  await using server = await startScriptedServer((control, number) => session(control, number === 0));
  let asked = 0;
  const password = async ({ lines }: { readonly lines: readonly string[] }): Promise<string> => {
    asked += 1;
    return `answer to ${lines[0]}`;
  };
  for (const round of [0, 1]) {
    const client = await FtpClient.connect({ host: server.host, port: server.port, user: "anna", password });
    await client[Symbol.asyncDispose]();
    expect([round, asked]).toEqual([round, 1]);
  }
  await server.finished();
});

test("a server that goes away while they are asked for takes the question back", async () => {
  const server = await startScriptedServer(async (control) => {
    await control.reply("220 who are you?");
    control.socket.end("421 too slow\r\n");
  });
  let reason: unknown;
  const connected = FtpClient.connect({
    host: server.host,
    port: server.port,
    credentials: (_, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => {
          reason = signal.reason;
          reject(signal.reason);
        });
      }),
  });
  await expect(connected).rejects.toMatchObject({ code: expect.stringMatching(/^(NET_|CLOSED|FTP_)/) });
  await server.stop();
  expect(reason).toMatchObject({ code: expect.any(String) });
});

test("a server that fails at the login is not blamed on user and password", async () => {
  await using server = await startScriptedServer(async (control) => {
    await control.reply("220 hi");
    await control.expect("USER anna");
    await control.reply("500 OOPS: refusing to run with writable root inside chroot()");
  });
  const connecting = FtpClient.connect({ host: server.host, port: server.port, user: "anna" });
  await expect(connecting).rejects.toMatchObject({ code: "FTP_LOGIN", hint: expect.stringContaining("configuration") });
});

test("another user may log in, and one who is not taken changes nothing", async () => {
  await using rig = await startRig(async (control) => {
    await control.expect("USER anna");
    await control.reply("331 password?");
    await control.expect("PASS one");
    await control.reply("230 welcome");
    await control.expect("USER ben");
    await control.reply("530 Can't change to another user.");
    await control.expect("USER ben");
    await control.reply("331 password?");
    await control.expect("PASS ");
    await control.reply("530 wrong");
    await setUp(control);
  });
  const { client } = rig;
  await client.logIn({ user: "anna", password: "one" });
  await expect(client.logIn({ user: "ben" })).rejects.toMatchObject({ code: "FTP_REPLY_PERMANENT" });
  await expect(client.logIn({ user: "ben" })).rejects.toMatchObject({ code: "FTP_LOGIN", details: { reply: 530 } });
});
