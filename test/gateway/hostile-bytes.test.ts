// Bytes on the client's control connection that are no FTP, or FTP in strange clothes.
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { limits } from "../../src/protocol/limits.ts";
import { watchResources } from "../support/resources.ts";
import type { ScriptedControl } from "../support/scripted-control.ts";
import { meet, meetLoggedIn, type Scene } from "./scene.ts";

watchResources();

/** Collects the lines that reach the server; answers each. */
function collecting(): { lines: string[]; script: (control: ScriptedControl) => Promise<void> } {
  const lines: string[] = [];
  const script = async (control: ScriptedControl): Promise<void> => {
    await control.reply("220 ready");
    for (let line = await control.line(); line !== undefined; line = await control.line()) {
      lines.push(line);
      await control.reply(line.startsWith("USER") ? "331 pw" : line.startsWith("PASS") ? "230 in" : `200 ${line}`);
    }
  };
  return { lines, script };
}

async function closed({ client, gateway }: Scene): Promise<string> {
  expect(await client.nextReply()).toBeUndefined();
  const close = await gateway.seen(({ type }) => type === "session.close");
  return (close as { reason: string }).reason;
}

describe("ALPACA: a client of another protocol", () => {
  it.each([
    ["HTTP", "POST /upload HTTP/1.1\r\nHost: x\r\n\r\nDELE secret\r\nSTOR evil\r\n"],
    ["HTTP", "GET / HTTP/1.0\r\n\r\n"],
    ["HTTP", "\r\n\r\nPRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
    ["SMTP", "EHLO evil.example\r\nMAIL FROM:<x>\r\n"],
    ["SSH", "SSH-2.0-OpenSSH_9.2\r\nDELE secret\r\n"],
    ["TLS", "\x16\x03\x01\x02\x00DELE secret\r\n"],
  ])("%s is closed without a word, and nothing of it reaches the server", async (protocol, bytes) => {
    const { lines, script } = collecting();
    await using scene = await meet(script);
    await scene.client.expect(220);
    scene.client.raw(bytes);
    expect(await closed(scene)).toBe(`the client speaks ${protocol}, not FTP`);
    expect(lines).toEqual([]);
  });

  it("whose bytes come one by one is recognised as well", async () => {
    const { lines, script } = collecting();
    await using scene = await meet(script);
    await scene.client.expect(220);
    scene.client.socket.setNoDelay(true);
    for (const byte of "POST / HTTP/1.1\r\nDELE x\r\n") {
      scene.client.raw(byte);
      await new Promise(setImmediate);
    }
    expect(await closed(scene)).toBe("the client speaks HTTP, not FTP");
    expect(lines).toEqual([]);
  });
});

describe("CRLF injection: what could be two commands to one and one to another", () => {
  it.each([
    ["a NUL byte", "RETR a\0b\r\nDELE x\r\n", "NUL byte"],
    ["a lone carriage return", "RETR a\rDELE x\r\n", "carriage return"],
    ["a carriage return and NUL", "RETR a\r\0DELE x\r\n", "NUL byte|carriage return"],
  ])("%s ends the session, and the line does not reach the server", async (_what, bytes, why) => {
    const { lines, script } = collecting();
    await using scene = await meetLoggedIn(script);
    scene.client.raw(bytes);
    expect(await scene.client.expect(421)).toMatch(new RegExp(why));
    await closed(scene);
    expect(lines).toEqual(["USER me", "PASS secret"]);
  });
});

describe("FTP smuggling: lines that end unlike others", () => {
  it("a bare line feed ends a line here, and CRLF ends it at the server: both count the same", async () => {
    const { lines, script } = collecting();
    await using scene = await meetLoggedIn(script);
    scene.client.raw("SIZE a\nSIZE b\r\r\nSIZE c\r\n\n\r\nSIZE d\r\n");
    await scene.client.expect(200, 200, 200, 200);
    expect(lines.slice(2)).toEqual(["SIZE a", "SIZE b", "SIZE c", "SIZE d"]);
  });

  it("spaces, case and 0xFF of an argument arrive as they were, the verb in upper case", async () => {
    const { lines, script } = collecting();
    await using scene = await meetLoggedIn(script);
    scene.client.raw('size  "a" \xff\xff\xe4 \r\nsize \xe4\xff\r\n');
    await scene.client.expect(200, 200);
    expect(lines.slice(2)).toEqual(['SIZE  "a" \xff\xff\xe4 ', "SIZE \xe4\xff"]);
  });

  it("a PORT in the middle of a line, or behind a space, is no PORT", async () => {
    const { lines, script } = collecting();
    await using scene = await meetLoggedIn(script);
    scene.client.send("SIZE x PORT 10,0,0,1,1,1", " PORT 10,0,0,1,1,1");
    await scene.client.expect(200, 500);
    expect(lines.slice(2)).toEqual(["SIZE x PORT 10,0,0,1,1,1"]);
  });
});

describe("unbounded buffers: a command line", () => {
  it("of the limit passes, one byte more ends the session", async () => {
    const { lines, script } = collecting();
    await using scene = await meetLoggedIn(script);
    const longest = `SIZE ${"x".repeat(limits.commandLineBytesMax - 5)}`;
    await scene.client.ask(longest, 200);
    expect(lines.at(-1)).toBe(longest);
    scene.client.send(`${longest}x`);
    expect(await scene.client.expect(421)).toContain(`more than ${limits.commandLineBytesMax} bytes`);
    await closed(scene);
  });

  it("without end ends the session, long before it costs memory", async () => {
    const { script } = collecting();
    await using scene = await meetLoggedIn(script);
    const { socket } = scene.client;
    const more = Buffer.alloc(65_536, "x");
    const pour = (): void => {
      while (!socket.destroyed && socket.write(more));
    };
    socket.on("drain", pour);
    pour();
    const reason = ((await scene.gateway.seen(({ type }) => type === "session.close")) as { reason: string }).reason;
    expect(reason).toContain(`more than ${limits.commandLineBytesMax} bytes`);
  });

  it("and another, and another, without waiting for a reply: the session ends", async () => {
    await using scene = await meetLoggedIn((control) => control.login());
    scene.client.send(...Array.from({ length: limits.pipelinedCommandsMax + 1 }, () => "SYST"));
    expect(await scene.client.expect(421)).toContain(`more than ${limits.pipelinedCommandsMax} commands`);
    await closed(scene);
  });
});

describe("Telnet", () => {
  it.each([
    ["an option offered", "\xff\xfb\x01", "\xff\xfe\x01"],
    ["an option asked for", "\xff\xfd\x03", "\xff\xfc\x03"],
    ["a subnegotiation", "\xff\xfa\x18\x00vt\xff\xff100\xff\xf0", ""],
    ["interrupt process and Synch", "\xff\xf4\xff\xf2", ""],
    ["are you there", "\xff\xf6", ""],
  ])("%s inside a command, cut at every byte, changes nothing of the command", async (_what, sequence, answer) => {
    const { lines, script } = collecting();
    await using scene = await meetLoggedIn(script);
    const heard: Buffer[] = [];
    scene.client.socket.on("data", (chunk: Buffer) => heard.push(chunk));
    scene.client.socket.setNoDelay(true);
    for (const byte of `SI${sequence}ZE a\r\n`) {
      scene.client.raw(byte);
      await new Promise(setImmediate);
    }
    await scene.client.expect(200);
    expect(lines.at(-1)).toBe("SIZE a");
    expect(Buffer.concat(heard).toString("latin1")).toBe(`${answer}200 SIZE a\r\n`);
  });

  it("in front of ABOR, the last byte urgent, leaves ABOR", async () => {
    const { lines, script } = collecting();
    await using scene = await meetLoggedIn(script);
    scene.client.raw("\xff\xf4\xff");
    await new Promise(setImmediate);
    scene.client.raw("\xf2ABOR\r\n");
    await scene.client.expect(200);
    expect(lines.at(-1)).toBe("ABOR");
  });

  it("negotiation without end gets a bounded number of answers", async () => {
    const { script } = collecting();
    await using scene = await meetLoggedIn(script);
    let heard = 0;
    scene.client.socket.on("data", (chunk: Buffer) => {
      heard += chunk.length;
    });
    const options = Array.from({ length: 256 }, (_, option) => `\xff\xfb${String.fromCharCode(option)}`).join("");
    scene.client.raw(options.repeat(50));
    scene.client.send("NOOP");
    await scene.client.expect(200);
    expect(heard).toBeLessThanOrEqual(limits.negotiationBytesMax + "200 NOOP\r\n".length);
  });

  it("in a file name that holds 0xFF: the byte reaches the server as curl writes it, and doubled as RFC 854 wants it", async () => {
    const { lines, script } = collecting();
    await using scene = await meetLoggedIn(script);
    scene.client.raw("SIZE a\xffb\r\nSIZE a\xff\xffb\r\n");
    await scene.client.expect(200, 200);
    expect(lines.slice(2)).toEqual(["SIZE a\xffb", "SIZE a\xff\xffb"]);
  });
});

it("a client that only connects and goes away leaves nothing", async () => {
  const { script } = collecting();
  await using scene = await meet(script);
  scene.client.socket.resetAndDestroy();
  await once(scene.client.socket, "close");
  const close = await scene.gateway.seen(({ type }) => type === "session.close");
  expect((close as { reason: string }).reason).toContain("client is gone");
});
