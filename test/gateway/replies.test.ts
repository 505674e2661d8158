// Servers that say too much, too little, too early or nothing.
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { limits } from "../../src/protocol/limits.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { watchResources } from "../support/resources.ts";
import { received, TestClient } from "../support/test-client.ts";
import { startGateway } from "./gateway-harness.ts";
import { meet, meetHonest, meetLoggedIn } from "./scene.ts";
import { beginTransfer } from "./scripts.ts";

watchResources();

const bytewise = (text: string): string[] => Array.from(text);

describe("replies", () => {
  it("that come byte by byte arrive whole", async () => {
    await using scene = await meet(async (control) => {
      await control.send(...bytewise("220-hello\r\n  there\r\n220 ready\r\n"));
      await control.expect("SYST");
      await control.send(...bytewise("215 UNIX\r\n"));
    });
    expect(await scene.client.expect(220)).toBe("220-hello\n  there\n220 ready");
    expect(await scene.client.ask("SYST", 215)).toBe("215 UNIX");
  });

  it("that come glued together are told apart", async () => {
    await using scene = await meet(async (control) => {
      await control.send("220 ready\r\n331 password?\r\n230 welcome\r\n");
    });
    // To commands that were sent beforehand: else they would be nobody's.
    scene.client.send("USER me", "PASS x");
    await scene.client.expect(220, 331, 230);
  });

  it("that nobody asked for are not taken for the answer to the next command", async () => {
    await using scene = await meetLoggedIn(async (control) => {
      await control.login();
      await control.send("250 forged\r\n226 forged\r\n");
      await control.expect("PWD");
      await control.reply('257 "/"');
    });
    await scene.gateway.seen((event) => event.type === "relay.note" && event.note.includes("226 forged"));
    expect(await scene.client.ask("PWD", 257)).toBe('257 "/"');
  });

  it("that nobody asked for, in numbers, end the session", async () => {
    await using scene = await meetLoggedIn(async (control) => {
      await control.login();
      await control.send("200 forged\r\n".repeat(limits.unsolicitedRepliesMax + 1));
    });
    expect(await scene.client.expect(421)).toContain("nobody asked for");
    expect(await scene.client.nextReply()).toBeUndefined();
  });

  it("with a bare line feed, a lone carriage return or 0xFF in them are passed on, made whole", async () => {
    await using scene = await meet(async (control) => {
      await control.send("220 a\rb\n");
      await control.expect("PWD");
      await control.send('257 "/\xff\xf4"\n');
    });
    expect(await scene.client.expect(220)).toBe("220 a b");
    expect(await scene.client.ask("PWD", 257)).toBe('257 "/\xff\xf4"');
  });
});

describe("unbounded buffers", () => {
  it("a reply line without end is cut off with 421, and the server with it", async () => {
    let ended: Promise<unknown> | undefined;
    await using scene = await meet(async (control) => {
      ended = new Promise((resolve) => control.socket.once("close", resolve));
      await control.send("220 ");
      const more = Buffer.alloc(65_536, "x");
      while (!control.socket.destroyed && control.socket.write(more)) await new Promise(setImmediate);
    });
    expect(await scene.client.expect(421)).toContain(`more than ${limits.replyLineBytesMax} bytes`);
    await ended;
  });

  it("a multi-line reply without end is cut off with 421", async () => {
    await using scene = await meet(async (control) => {
      await control.send("220-\r\n");
      const more = "x".repeat(998).concat("\r\n").repeat(64);
      for (let sent = 0; sent <= limits.replyBytesMax; sent += more.length) await control.send(more);
    });
    expect(await scene.client.expect(421)).toContain(`more than ${limits.replyBytesMax} bytes`);
  });

  it("a multi-line reply of nearly the limit passes", async () => {
    const lines = Array.from({ length: 1000 }, (_, n) => ` file ${n} ${"x".repeat(900)}`);
    await using scene = await meetLoggedIn(async (control) => {
      await control.login();
      await control.expect("STAT");
      await control.send(`211-\r\n${lines.join("\r\n")}\r\n211 end\r\n`);
    });
    expect((await scene.client.ask("STAT", 211)).split("\n")).toHaveLength(1002);
  });
});

it("the reply to EPSV leaves when the client has had a moment, or a pause where it had been silent for long", async () => {
  const clock = new FakeClock();
  await using scene = await meetHonest({}, { environment: { clock } });
  const order = clock.recordPauses();
  for (const silenceMs of [0, limits.longSilenceMs]) {
    clock.advance(silenceMs);
    await scene.client.ask("EPSV", 229);
    order.push("229");
  }
  expect(order).toEqual(["moment", "229", "pause", "229"]);
});

describe("a server that is silent", () => {
  it("from the start is named in a 421 after a minute", async () => {
    const clock = new FakeClock();
    await using scene = await meet(async () => {}, { environment: { clock } });
    // The refusal of a Telnet option shows that the server has been reached.
    scene.client.raw("\xff\xfb\x01");
    await once(scene.client.socket, "data");
    clock.advance(60_000);
    expect(await scene.client.expect(421)).toContain("sent no FTP greeting for 60 s");
    expect(await scene.client.nextReply()).toBeUndefined();
  });

  it("about a download that has ended: 426 and a reset, no hang", async () => {
    const clock = new FakeClock();
    await using scene = await meetLoggedIn(
      async (control) => {
        const { data } = await beginTransfer(control);
        data.end("half or whole, who knows");
      },
      { environment: { clock } },
    );
    const data = received(await scene.client.connectData(await scene.client.passiveAddress()));
    await scene.client.ask("RETR f", 150);
    await scene.gateway.seen(({ type }) => type === "data.half-close");
    for (let looks = 0; looks < 2; looks += 1) {
      await clock.waitedFor(120_000);
      clock.advance(120_000);
    }
    expect(await scene.client.expect(426)).toContain("does not confirm");
    expect((await data).how).toBe("reset");
  });

  it("about STAT and then gone is a 421", async () => {
    await using scene = await meetLoggedIn(async (control) => {
      await control.login();
      await control.expect("STAT");
      control.end();
    });
    expect(await scene.client.ask("STAT", 421)).toContain("closed the control connection");
  });
});

describe("what is not an FTP server", () => {
  it.each([
    ["SSH", "SSH-2.0-OpenSSH_9.2\r\n"],
    ["HTTP", "HTTP/1.1 400 Bad Request\r\n\r\n"],
    ["TLS", "\x16\x03\x01\x02\x00"],
    ["NUL bytes", "220 \0\0\r\n"],
  ])("%s is told as such in a 421, and nothing of it reaches the client", async (_what, greeting) => {
    await using scene = await meet((control) => control.send(greeting));
    expect(await scene.client.expect(421)).toContain("does not speak FTP");
    expect(await scene.client.nextReply()).toBeUndefined();
  });

  it("a port where nobody listens is a 421 with the reason", async () => {
    await using gateway = await startGateway({ target: { host: "127.0.0.1", port: 1 } });
    await using client = await TestClient.connect(gateway);
    expect(await client.expect(421)).toContain("connection refused");
    expect(await client.nextReply()).toBeUndefined();
  });
});
