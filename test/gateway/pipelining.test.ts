// Clients that do not wait.
import { describe, expect, it } from "vitest";
import { limits } from "../../src/protocol/limits.ts";
import { freePortRange } from "../support/free-port.ts";
import { watchResources } from "../support/resources.ts";
import type { ScriptedControl } from "../support/scripted-control.ts";
import { received, type TestClient } from "../support/test-client.ts";
import { meet, meetLoggedIn } from "./scene.ts";
import { answerEpsv, obey } from "./scripts.ts";

watchResources();

const greeting = async (control: ScriptedControl): Promise<void> => {
  await control.reply("220 ready");
  await obey(control);
};

async function fetchAt(client: TestClient, passiveReply: string): Promise<string> {
  const socket = await client.connectData(client.addressOf(passiveReply));
  const { bytes, how } = await received(socket);
  return `${bytes} ${how}`;
}

describe("a client that sends all its commands in one packet", () => {
  it("gets three files by PASV and RETR pairs, every reply in its place", async () => {
    await using scene = await meetLoggedIn(greeting);
    const { client } = scene;
    client.send(...["a", "b", "c"].flatMap((name) => ["PASV", `RETR ${name}`]), "PWD");
    for (const name of ["a", "b", "c"]) {
      const content = fetchAt(client, await client.expect(227));
      expect(await client.expect(150)).toBe(`150 RETR ${name}`);
      expect(await client.expect(226)).toBe(`226 RETR ${name}`);
      expect(await content).toBe(`content of ${name} end`);
    }
    await client.expect(257);
  });

  it("login included, as netcat would", async () => {
    await using scene = await meet(greeting);
    const { client } = scene;
    client.send("USER me", "PASS x", "EPSV", "RETR a", "PWD");
    await client.expect(220, 331, 230);
    expect(await fetchAt(client, await client.expect(229))).toBe("content of a end");
    await client.expect(150, 226, 257);
  });

  it("uploads and downloads mixed", async () => {
    await using scene = await meetLoggedIn(greeting);
    const { client } = scene;
    client.send("EPSV", "STOR up", "EPSV", "RETR down");
    const up = await client.connectData(client.addressOf(await client.expect(229)));
    await client.expect(150);
    up.end("12345");
    expect(await client.expect(226)).toBe("226 STOR up 5 end");
    expect(await fetchAt(client, await client.expect(229))).toBe("content of down end");
    await client.expect(150, 226);
  });

  it("and ends its side of the control connection behind them has them answered", async () => {
    await using scene = await meetLoggedIn(greeting);
    scene.client.socket.end("PWD\r\nFOO\r\nPWD\r\n");
    await scene.client.expect(257, 500, 257);
    expect(await scene.client.nextReply()).toBeUndefined();
  });

  it("and ends its side behind a PASV has that answered too, and nothing stays", async () => {
    await using scene = await meetLoggedIn(greeting);
    scene.client.socket.end("PASV\r\n");
    await scene.client.expect(227);
    expect(await scene.client.nextReply()).toBeUndefined();
  });
});

describe("PASV flood", () => {
  it("one after the other: one listener is open at a time", async () => {
    await using scene = await meetLoggedIn(async (control) => {
      await control.login();
      await answerEpsv(control);
    });
    const ports = new Set<number>();
    for (let asked = 0; asked < 100; asked += 1) ports.add((await scene.client.passiveAddress("PASV")).port);
    expect(scene.gateway.shared.registry.size).toBe(1);
    expect(ports.size).toBeGreaterThan(90);
  });

  it("with a transfer behind each: a bounded number of listeners, whatever the server does", async () => {
    await using scene = await meetLoggedIn(async (control) => {
      await control.login();
      const first = await control.listenData();
      await control.expect("EPSV");
      await control.reply(`229 ok (|||${first.port}|)`);
      await control.expect("RETR missing");
      await control.reply("550 no");
      // From now on: silence.
    });
    scene.client.send("EPSV", "RETR missing");
    await scene.client.expect(229, 550);
    scene.client.send(...Array.from({ length: 100 }, () => ["EPSV", "RETR a"]).flat());
    const listening = (): number => scene.gateway.trace.filter(({ type }) => type === "data.listen").length;
    await scene.gateway.seen(() => listening() > limits.pipelinedTransfersMax);
    await scene.client.expect(229);
    scene.client.raw("\xff\xfb\x01");
    expect(listening()).toBe(limits.pipelinedTransfersMax + 1);
    expect(scene.gateway.shared.registry.size).toBeLessThanOrEqual(limits.pipelinedTransfersMax);
  });

  it("in a range of one port: each PASV takes it over from the one before", async () => {
    await using scene = await meetLoggedIn(
      async (control) => {
        await control.login();
        await answerEpsv(control);
      },
      { passivePorts: await freePortRange(1) },
    );
    const ports = new Set<number>();
    for (let asked = 0; asked < 20; asked += 1) ports.add((await scene.client.passiveAddress("PASV")).port);
    expect(ports.size).toBe(1);
    expect(scene.gateway.shared.registry.size).toBe(1);
  });
});
