// The server is lost in the middle, and there is another one: the client, which knows nothing of it, sees a pause.
import { describe, expect, it } from "vitest";
import { gate } from "../support/gate.ts";
import { watchResources } from "../support/resources.ts";
import { received } from "../support/test-client.ts";
import {
  content,
  crashingAfter,
  crashingAt,
  loginInBinary,
  meetSurviving,
  retrieval,
  storage,
  take,
  tellFile,
  upload,
} from "./crashing-server.ts";
import { meetLoggedIn } from "./scene.ts";

watchResources();

describe("a download whose server crashes", () => {
  it("arrives whole, with one 150 and one 226", async () => {
    await using scene = await meetSurviving(
      crashingAt(1_000_000, async (control) => {
        await tellFile(control);
        const data = await retrieval(control, 1_000_000);
        data.end(content.subarray(1_000_000));
        await control.reply("226 done");
        await control.expect("NOOP");
        await control.reply("200 ok");
      }),
    );
    const data = await scene.client.connectData(await scene.client.passiveAddress());
    scene.client.send("RETR f");
    const { bytes, how } = await received(data);
    expect([bytes.equals(content), how]).toEqual([true, "end"]);
    await scene.client.expect(150, 226);
    await scene.client.ask("NOOP", 200);
  });

  it("and whose file is another one then is reset with 426, and the session is as it was", async () => {
    await using scene = await meetSurviving(
      crashingAt(1_000_000, async (control) => {
        await tellFile(control, content.length, "213 20260101000001");
        await control.expect("NOOP");
        await control.reply("200 ok");
      }),
    );
    const data = await scene.client.connectData(await scene.client.passiveAddress());
    scene.client.send("RETR f");
    expect((await received(data)).how).toBe("reset");
    await scene.client.expect(150);
    expect(await scene.client.expect(426)).toContain("the file at the server has changed");
    await scene.client.ask("NOOP", 200);
  });
});

describe("an upload whose server crashes", () => {
  it("is stored whole, and 226 is the new server's", async () => {
    let whole: Buffer = Buffer.alloc(0);
    await using scene = await meetSurviving(
      crashingAfter(1_500_000, async (control, there) => {
        await control.expect("SIZE f");
        await control.reply(`213 ${there.length}`);
        const from = there.length - 1_048_576;
        (await retrieval(control, from)).end(there.subarray(from));
        await control.reply("226 done");
        const rest = await take(await storage(control, there.length));
        whole = Buffer.concat([there, rest]);
        await control.reply("226 stored by the second");
      }),
    );
    await upload(scene);
    expect(await scene.client.expect(226)).toBe("226 stored by the second");
    expect(whole.equals(content)).toBe(true);
  });

  it("and which goes on storing what it had meanwhile, is stored whole", async () => {
    let whole: Buffer = Buffer.alloc(0);
    await using scene = await meetSurviving(
      crashingAfter(2_000_000, async (control, there) => {
        await control.expect("SIZE f");
        await control.reply("213 1500000");
        const from = 1_500_000 - 1_048_576;
        (await retrieval(control, from)).end(there.subarray(from));
        await control.reply("226 done");
        const rest = await take(await storage(control, 1_500_000));
        whole = Buffer.concat([there.subarray(0, 1_500_000), rest]);
        await control.reply("226 stored by the second");
      }),
    );
    await upload(scene);
    await scene.client.expect(226);
    expect(whole.equals(content)).toBe(true);
  });

  it("and where another file of that size is then is reset with 426", async () => {
    await using scene = await meetSurviving(
      crashingAfter(1_500_000, async (control, there) => {
        await control.expect("SIZE f");
        await control.reply(`213 ${there.length}`);
        const other = Buffer.from(there.subarray(there.length - 1_048_576));
        other[500_000] = (other[500_000] ?? 0) ^ 1;
        (await retrieval(control, there.length - other.length)).end(other);
        await control.reply("226 done");
      }),
    );
    await upload(scene);
    expect(await scene.client.expect(426)).toContain("not what was sent");
  });

  it("and which has nothing of it then is sent from its beginning", async () => {
    let whole: Buffer = Buffer.alloc(0);
    await using scene = await meetSurviving(
      crashingAfter(1_500_000, async (control) => {
        await control.expect("SIZE f");
        await control.reply("550 no such file");
        whole = await take(await storage(control, 0));
        await control.reply("226 stored by the second");
      }),
    );
    await upload(scene);
    await scene.client.expect(226);
    expect(whole.equals(content)).toBe(true);
  });

  it("behind its last byte, before 226, is confirmed by the new server", async () => {
    await using scene = await meetSurviving(async (control, number) => {
      await loginInBinary(control, number);
      if (number === 0) {
        await take(await storage(control, 0));
        control.reset();
        return;
      }
      await control.expect("SIZE f");
      await control.reply(`213 ${content.length}`);
      const from = content.length - 1_048_576;
      (await retrieval(control, from)).end(content.subarray(from));
      await control.reply("226 done");
      expect(await take(await storage(control, content.length))).toEqual(Buffer.alloc(0));
      await control.reply("226 stored by the second");
    });
    await upload(scene);
    expect(await scene.client.expect(226)).toBe("226 stored by the second");
  });
});

describe("an idle session whose SSH connection is lost", () => {
  it("is as it was at the next command, though the server is back only after that", async () => {
    const isBack = gate();
    await using scene = await meetSurviving(async (control, number) => {
      if (number > 0) await isBack.passed;
      await loginInBinary(control, number);
      if (number > 0) {
        await control.expect("SIZE f");
        await control.reply("213 5");
      }
    });
    scene.gateway.lose("SSH connection lost: timeout");
    scene.client.send("SIZE f");
    await scene.gateway.seen((event) => event.type === "ftp.command" && event.line === "SIZE f");
    isBack.open();
    await scene.client.expect(213);
    expect(scene.server.connections()).toBe(2);
  });

  it("without survival ends with 421", async () => {
    await using scene = await meetLoggedIn(async (control) => control.login());
    scene.gateway.lose("SSH connection lost: timeout");
    expect(await scene.client.expect(421)).toContain("SSH connection lost");
  });
});
