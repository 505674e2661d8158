// What a server says to the gateway's EPSV and PASV, and where the gateway then connects: to the server, always.
import { describe, expect, it } from "vitest";
import { watchResources } from "../support/resources.ts";
import type { ScriptedControl } from "../support/scripted-control.ts";
import { type Script, startScriptedServer } from "../support/scripted-server.ts";
import { received, TestClient } from "../support/test-client.ts";
import { type HarnessOptions, startGateway } from "./gateway-harness.ts";
import { recordingNetwork } from "./recording-network.ts";

watchResources();

const octets = (port: number): string => `${port >> 8},${port & 255}`;

/** Serves one file; `passive` answers EPSV or PASV. */
const serving =
  (passive: (control: ScriptedControl, port: number) => Promise<void>): Script =>
  async (control) => {
    await control.login();
    const data = await control.listenData();
    await passive(control, data.port);
    await control.expect("RETR f");
    await control.reply("150 go");
    const socket = await data.accept();
    socket.end("the file");
    await control.reply("226 done");
  };

/** With the given answer to PASV; EPSV is not known. */
const byPasv = (spell: (port: number) => string): Script =>
  serving(async (control, port) => {
    await control.expect("EPSV");
    await control.reply("500 EPSV not understood");
    await control.expect("PASV");
    await control.send(spell(port));
  });

async function download(script: Script, options: Partial<HarnessOptions> = {}): Promise<string[]> {
  await using server = await startScriptedServer(script);
  await using gateway = await startGateway({ target: server, upstreamMode: "passive", ...options });
  await using client = await TestClient.loggedIn(gateway);
  const address = await client.passiveAddress();
  const data = await client.connectData(address);
  const whole = received(data);
  client.send("RETR f");
  const first = (await client.nextReply()) ?? "";
  if (!first.startsWith("150")) return [first];
  const { bytes, how } = await whole;
  return [first, `${bytes} ${how}`, (await client.nextReply()) ?? ""];
}

const success = ["150 go", "the file end", "226 done"];

describe("passive reply trust: the address in a 227", () => {
  it.each(["10,0,0,1", "0,0,0,0", "127,0,0,1", "255,255,255,255", "8,8,8,8"])("%s is ignored", async (host) => {
    expect(await download(byPasv((port) => `227 Entering Passive Mode (${host},${octets(port)})\r\n`))).toEqual(
      success,
    );
  });

  it("of somebody else is not visited, whatever listens there", async () => {
    // The data port is closed, wherever it would be looked for.
    const backNetwork = recordingNetwork((to) => (to.port === 2056 ? { host: "127.0.0.1", port: 1 } : to));
    const script: Script = async (control) => {
      await control.login();
      await control.expect("EPSV");
      await control.reply("500 no");
      await control.expect("PASV");
      await control.reply("227 Entering Passive Mode (192,0,2,66,8,8)");
    };
    expect(await download(script, { backNetwork })).toEqual([expect.stringMatching(/^425 Can't open data connection/)]);
    expect(backNetwork.connects).toContainEqual({ host: "127.0.0.1", port: 2056 });
    expect(new Set(backNetwork.connects.map(({ host }) => host))).toEqual(new Set(["127.0.0.1"]));
  });

  it.each([
    ["port 0", "0,0"],
    ["a privileged port", "0,22"],
    ["the last privileged port", "3,255"],
    ["a number above 255", "200,256"],
  ])("with %s is not connected to", async (_what, port) => {
    const script: Script = async (control) => {
      await control.login();
      await control.expect("EPSV");
      await control.reply("500 no");
      await control.expect("PASV");
      await control.reply(`227 Entering Passive Mode (127,0,0,1,${port})`);
    };
    expect(await download(script)).toEqual([expect.stringMatching(/^425 .*PASV/)]);
  });
});

describe("odd spellings", () => {
  it.each<[string, (port: number) => string]>([
    ["227 without brackets", (port) => `227 Entering Passive Mode 127,0,0,1,${octets(port)}\r\n`],
    ["227 with = as publicfile", (port) => `227 =127,0,0,1,${octets(port)}\r\n`],
    ["227 with spaces between the numbers", (port) => `227 ok (127, 0, 0, 1, ${octets(port).replace(",", " , ")})\r\n`],
    ["227 in several lines", (port) => `227-Passive mode\r\n 12 files\r\n227 (127,0,0,1,${octets(port)})\r\n`],
    ["227 with a bare line feed", (port) => `227 ok (127,0,0,1,${octets(port)})\n`],
    ["229 for PASV, as NAT64 gear answers", (port) => `229 ok (|||${port}|)\r\n`],
    ["228 for PASV", (port) => `228 ok (4,4,10,0,0,1,2,${octets(port)})\r\n`],
  ])("%s is understood", async (_what, spell) => {
    expect(await download(byPasv(spell))).toEqual(success);
  });

  it.each<[string, (port: number) => string]>([
    ["! as delimiter, as IBM i writes it", (port) => `229 ok (!!!${port}!)`],
    ["protocol and address filled in", (port) => `229 ok (|1|10.0.0.1|${port}|)`],
    ["no brackets", (port) => `229 ok |||${port}|`],
    ["227 for EPSV", (port) => `227 ok (10,0,0,1,${octets(port)})`],
  ])("229 with %s is understood", async (_what, spell) => {
    const script = serving(async (control, port) => {
      await control.expect("EPSV");
      await control.reply(spell(port));
    });
    expect(await download(script)).toEqual(success);
  });
});

describe("a server that knows no passive mode at all", () => {
  it("is spoken to in active mode, and its data connection is accepted", async () => {
    const script: Script = async (control) => {
      await control.login();
      await control.expect("EPSV");
      await control.reply("500 no");
      await control.expect("PASV");
      await control.reply("502 no");
      const [, high, low] = /^PORT 127,0,0,1,(\d+),(\d+)$/.exec(await control.expect(/^PORT/)) ?? [];
      await control.reply("200 fine");
      await control.expect("RETR f");
      await control.reply("150 go");
      const data = await control.connectData("127.0.0.1", Number(high) * 256 + Number(low));
      data.end("the file");
      await control.reply("226 done");
    };
    expect(await download(script, { upstreamMode: "auto" })).toEqual(success);
  });
});
