// Transfers that the server tells or does wrong. Whatever it does: no 226 and no end in order for half a file.
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { FakeClock } from "../support/fake-clock.ts";
import { gate } from "../support/gate.ts";
import { watchResources } from "../support/resources.ts";
import { type Received, received } from "../support/test-client.ts";
import { meetLoggedIn, type Scene } from "./scene.ts";
import { answerEpsv, beginTransfer, file } from "./scripts.ts";

watchResources();

/** RETR with an open data connection; the reply to it is not read yet. */
async function retrieve({ client }: Scene): Promise<{ readonly whole: Promise<Received> }> {
  const data = await client.connectData(await client.passiveAddress());
  client.send("RETR f");
  return { whole: received(data) };
}

const half = file(300_000);

describe("a download", () => {
  it("whose 226 comes before its data is told as done when the data is there, not before", async () => {
    const time = gate();
    await using scene = await meetLoggedIn(async (control) => {
      const { data } = await beginTransfer(control);
      await control.reply("226 done");
      await time.passed;
      data.end(half);
    });
    const { whole } = await retrieve(scene);
    await scene.client.expect(150);
    await scene.gateway.seen((event) => event.type === "ftp.reply" && event.lines[0] === "226 done");
    scene.client.send("NOOP");
    time.open();
    const { bytes, how } = await whole;
    expect([bytes.equals(half), how]).toEqual([true, "end"]);
    await scene.client.expect(226);
  });

  it("whose 226 comes with no data at all is 426 with a reset, after a bounded time", async () => {
    const clock = new FakeClock();
    await using scene = await meetLoggedIn(
      async (control) => {
        await control.login();
        await answerEpsv(control);
        await control.expect("RETR f");
        await control.reply("226 done, believe me");
      },
      { environment: { clock } },
    );
    const { whole } = await retrieve(scene);
    for (let looks = 0; looks < 2; looks += 1) {
      await clock.waitedFor(120_000);
      clock.advance(120_000);
    }
    expect(await scene.client.expect(426)).toContain("did not end");
    expect((await whole).how).toBe("reset");
  });

  it("that comes without 150 arrives whole", async () => {
    await using scene = await meetLoggedIn(async (control) => {
      await control.login();
      const listener = await answerEpsv(control);
      await control.expect("RETR f");
      (await listener.accept()).end(half);
      await control.reply("226 done");
    });
    const { bytes, how } = await (await retrieve(scene)).whole;
    expect([bytes.equals(half), how]).toEqual([true, "end"]);
    await scene.client.expect(226);
  });

  it("that has 150 and no data connection is 425 after a minute, and the session goes on", async () => {
    const clock = new FakeClock();
    await using scene = await meetLoggedIn(
      async (control) => {
        await control.login();
        await control.expect("EPSV");
        await control.reply("500 no");
        await control.expect("PASV");
        await control.reply("500 no");
        await control.expect(/^PORT /);
        await control.reply("200 ok");
        await control.expect("RETR f");
        await control.reply("150 soon");
        await control.expect("PWD");
        await control.send('425 gave up\r\n257 "/"\r\n');
      },
      { environment: { clock } },
    );
    const { whole } = await retrieve(scene);
    await scene.client.expect(150);
    await clock.waitedFor(60_000);
    clock.advance(60_000);
    expect(await scene.client.expect(425)).toContain("the FTP server did not connect within 60 s");
    expect((await whole).how).toBe("reset");
    await scene.client.ask("PWD", 257);
  });

  it("that is refused with both data connections open ends them in order", async () => {
    await using scene = await meetLoggedIn(async (control) => {
      await control.login();
      const listener = await answerEpsv(control);
      await control.expect("RETR f");
      const data = await listener.accept();
      await control.reply("550 no such file");
      data.resume();
      await once(data, "end");
      data.end();
    });
    const { whole } = await retrieve(scene);
    await scene.client.expect(550);
    expect(await whole).toEqual({ bytes: Buffer.alloc(0), how: "end" });
    await scene.server.finished();
  });

  it.each([
    ["is reset by the server and then called complete", "226 done", "426"],
    ["is reset by the server and told as broken", "426 broke", "426"],
  ])("that %s is a reset at the client and %s -> %s", async (_what, said, told) => {
    const time = gate();
    await using scene = await meetLoggedIn(async (control) => {
      const { data } = await beginTransfer(control);
      await time.passed;
      data.write(half, () => data.resetAndDestroy());
      await once(data, "close");
      await control.reply(said);
    });
    const { whole } = await retrieve(scene);
    await scene.client.expect(150);
    await scene.gateway.seen((event) => event.type === "data.open" && event.side === "upstream");
    time.open();
    expect((await scene.client.nextReply())?.slice(0, 3)).toBe(told);
    expect((await whole).how).toBe("reset");
  });

  it("whose control connection closes in the middle is a reset and 421", async () => {
    await using scene = await meetLoggedIn(async (control) => {
      const { data } = await beginTransfer(control);
      data.write(half);
      control.end();
    });
    const { whole } = await retrieve(scene);
    await scene.client.expect(150, 421);
    expect((await whole).how).toBe("reset");
    expect(await scene.client.nextReply()).toBeUndefined();
  });

  it("whose data ends in order but whose control connection breaks is a reset and 421", async () => {
    await using scene = await meetLoggedIn(async (control) => {
      const { data } = await beginTransfer(control);
      data.end(half, () => control.reset());
    });
    const { whole } = await retrieve(scene);
    await scene.client.expect(150, 421);
    expect((await whole).how).toBe("reset");
  });

  it("that meets a 421 in the middle is a reset; the server's own words reach the client", async () => {
    await using scene = await meetLoggedIn(async (control) => {
      const { data } = await beginTransfer(control);
      data.write(half);
      await control.reply("421 shutting down");
    });
    const { whole } = await retrieve(scene);
    await scene.client.expect(150);
    expect(await scene.client.expect(421)).toBe("421 shutting down");
    expect((await whole).how).toBe("reset");
  });

  it("on its way when SSH is lost is a reset and 421 with the reason", async () => {
    await using scene = await meetLoggedIn(async (control) => {
      const { data } = await beginTransfer(control);
      data.write(half);
    });
    const { whole } = await retrieve(scene);
    await scene.client.expect(150);
    await scene.gateway.seen((event) => event.type === "data.open" && event.side === "upstream");
    scene.gateway.lose("SSH connection lost: timeout");
    expect(await scene.client.expect(421)).toContain("SSH connection lost: timeout");
    expect((await whole).how).toBe("reset");
  });
});

describe("an upload", () => {
  it("that the server calls complete before all was sent is 426", async () => {
    await using scene = await meetLoggedIn(async (control) => {
      const { data } = await beginTransfer(control);
      data.resume();
      await control.reply("226 that is enough");
    });
    const data = await scene.client.connectData(await scene.client.passiveAddress());
    await scene.client.ask("STOR f", 150);
    data.write(half);
    expect(await scene.client.expect(426)).toContain("before all data was sent");
    expect((await received(data)).how).toBe("reset");
  });

  it("whose disk is full stops the client at once", async () => {
    await using scene = await meetLoggedIn(async (control) => {
      const { data } = await beginTransfer(control);
      data.resume();
      await once(data, "data");
      await control.reply("552 disk full");
    });
    const data = await scene.client.connectData(await scene.client.passiveAddress());
    await scene.client.ask("STOR f", 150);
    data.write(half);
    await scene.client.expect(552);
    expect((await received(data)).how).toBe("reset");
  });

  it("waits for the server's 226 when all was sent", async () => {
    const stored: Buffer[] = [];
    await using scene = await meetLoggedIn(async (control) => {
      const { data } = await beginTransfer(control);
      for await (const chunk of data) stored.push(chunk as Buffer);
      await control.expect("NOOP");
      await control.send("226 stored\r\n200 ok\r\n");
    });
    const data = await scene.client.connectData(await scene.client.passiveAddress());
    await scene.client.ask("STOR f", 150);
    data.end(half);
    await scene.gateway.seen(({ type }) => type === "data.half-close");
    await scene.client.ask("NOOP", 226, 200);
    expect(Buffer.concat(stored).equals(half)).toBe(true);
  });
});

describe("a server that closes the control connection behind a confirmed file", () => {
  it("does not cost a slow client the file: file, 226, then the end", async () => {
    // What the server's and the gateway's systems take of a file that nobody reads.
    const large = file(3_000_000);
    await using scene = await meetLoggedIn(async (control) => {
      const { data } = await beginTransfer(control);
      data.end(large, () => {
        control.socket.end("226 done\r\n421 idle too long\r\n");
      });
    });
    const data = await scene.client.connectData(await scene.client.passiveAddress());
    scene.client.send("RETR f");
    await scene.client.expect(150);
    data.pause();
    await scene.gateway.seen((event) => event.type === "ftp.reply" && event.lines[0] === "421 idle too long");
    const { bytes, how } = await received(data);
    expect([bytes.equals(large), how]).toEqual([true, "end"]);
    await scene.client.expect(226, 421);
  });
});
