// IPv4 and IPv6 on both sides, and mixed; every command that names an address or asks for one.

import type { Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { describe, expect, it } from "vitest";
import { watchResources } from "../support/resources.ts";
import type { ScriptedControl } from "../support/scripted-control.ts";
import { startScriptedServer } from "../support/scripted-server.ts";
import { type Address, portArgument, received, TestClient } from "../support/test-client.ts";
import { startGateway } from "./gateway-harness.ts";

watchResources();

const loopback = { 4: "127.0.0.1", 6: "::1" } as const;
type Family = keyof typeof loopback;

/** Serves one download and one upload, by whatever way the gateway asks for. */
async function serve(control: ScriptedControl): Promise<void> {
  await control.login();
  let open: () => Promise<Socket> = () => Promise.reject(new Error("no data port"));
  for (let line = await control.line(); line !== undefined; line = await control.line()) {
    const [verb = "", argument = ""] = line.split(" ", 2);
    if (verb === "EPSV") {
      const listener = await control.listenData();
      open = () => listener.accept();
      await control.reply(`229 ok (|||${listener.port}|)`);
    } else if (verb === "PORT" || verb === "EPRT") {
      const { host, port } = pointed(argument);
      open = () => control.connectData(host, port);
      await control.reply("200 ok");
    } else if (verb === "RETR") {
      await control.reply("150 go");
      (await open()).end("download");
      await control.reply("226 done");
    } else if (verb === "STOR") {
      await control.reply("150 go");
      const { bytes, how } = await received(await open());
      await control.reply(`226 ${bytes} ${how}`);
    }
  }
}

function pointed(argument: string): Address {
  if (argument.startsWith("|")) {
    const [, , host = "", port] = argument.split("|");
    return { host, port: Number(port) };
  }
  const numbers = argument.split(",").map(Number);
  return { host: numbers.slice(0, 4).join("."), port: (numbers[4] ?? 0) * 256 + (numbers[5] ?? 0) };
}

const eprt = (family: Family, { host, port }: Address): string => `EPRT |${family === 4 ? 1 : 2}|${host}|${port}|`;
function lprt(family: Family, { host, port }: Address): string {
  const bytes = family === 4 ? host.split(".") : [...new Array(15).fill("0"), "1"];
  return `LPRT ${[family, bytes.length, ...bytes, 2, port >> 8, port & 255].join(",")}`;
}

/** How the client has its data connection: each gives the socket, before or behind the transfer command. */
const ways: Record<string, (client: TestClient, family: Family, command: string) => Promise<Socket>> = {
  PASV: (client, _family, command) => passively(client, "PASV", command),
  EPSV: (client, _family, command) => passively(client, "EPSV", command),
  "EPSV with its family": (client, family, command) => passively(client, `EPSV ${family === 4 ? 1 : 2}`, command),
  LPSV: (client, _family, command) => passively(client, "LPSV", command),
  PORT: (client, _family, command) => actively(client, (to) => `PORT ${portArgument(to)}`, command),
  EPRT: (client, family, command) => actively(client, (to) => eprt(family, to), command),
  LPRT: (client, family, command) => actively(client, (to) => lprt(family, to), command),
};

async function passively(client: TestClient, ask: string, command: string): Promise<Socket> {
  const data = await client.connectData(await client.passiveAddress(ask));
  await client.ask(command, 150);
  return data;
}

async function actively(client: TestClient, ask: (to: Address) => string, command: string): Promise<Socket> {
  const listener = await client.listenData();
  await client.ask(ask(listener), 200);
  await client.ask(command, 150);
  return listener.accept();
}

const families: readonly Family[] = [4, 6];
const cases = families.flatMap((front) =>
  families.flatMap((back) =>
    (["passive", "active"] as const).flatMap((upstreamMode) =>
      Object.keys(ways)
        .filter((way) => front === 4 || (way !== "PASV" && way !== "PORT"))
        .map((way) => [front, back, upstreamMode, way] as const),
    ),
  ),
);

describe("data connections", () => {
  it.each(cases)("IPv%i in front, IPv%i behind (%s), %s", async (front, back, upstreamMode, way) => {
    await using server = await startScriptedServer(serve, loopback[back]);
    await using gateway = await startGateway({ target: server, upstreamMode, bind: loopback[front] });
    await using client = await TestClient.loggedIn(gateway);
    const open = ways[way] as (typeof ways)[string];
    const down = await received(await open(client, front, "RETR f"));
    expect(`${down.bytes} ${down.how}`).toBe("download end");
    await client.expect(226);
    (await open(client, front, "STOR f")).end("upload");
    expect(await client.expect(226)).toBe("226 upload end");
  });
});

describe("a gateway that listens on every address", () => {
  it.each([
    ["127.0.0.1", "PASV"],
    ["127.0.0.1", "EPSV"],
    ["::1", "EPSV"],
  ] as const)("tells a client that came to %s this address and no other (%s)", async (host, ask) => {
    await using server = await startScriptedServer(serve);
    await using gateway = await startGateway({ target: server, bind: "::" });
    await using client = await TestClient.loggedIn({ host, port: gateway.port });
    const address = await client.passiveAddress(ask);
    expect(address.host).toBe(host);
    const data = await client.connectData(address);
    await client.ask("RETR f", 150);
    expect(String((await received(data)).bytes)).toBe("download");
    await client.expect(226);
  });

  it("refuses PASV over IPv6, and EPRT of the other family", async () => {
    await using server = await startScriptedServer(serve);
    await using gateway = await startGateway({ target: server, bind: "::1" });
    await using client = await TestClient.loggedIn(gateway);
    expect(await client.ask("PASV", 522)).toContain("EPSV");
    await client.ask("EPRT |1|10.0.0.1|2000|", 504);
    await client.ask("EPRT |3|x|2000|", 522);
    await client.ask("LPRT 5,1,1,2,7,208", 521);
    await client.ask("EPSV 1", 522);
  });
});

const linkLocal = Object.entries(networkInterfaces()).flatMap(([name, all]) =>
  (all ?? []).filter(({ address }) => address.startsWith("fe80:")).map(({ address }) => `${address}%${name}`),
)[0];

it.skipIf(linkLocal === undefined)(
  "EPRT with a link-local address, which has no zone there, is connected to (skipped without one)",
  async () => {
    const host = linkLocal as string;
    await using server = await startScriptedServer(serve);
    await using gateway = await startGateway({ target: server, bind: host });
    await using client = await TestClient.loggedIn({ host, port: gateway.port });
    const listener = await client.listenData(host);
    await client.ask(eprt(6, { ...listener, host: host.replace(/%.*/, "") }), 200);
    await client.ask("RETR f", 150);
    expect(String((await received(await listener.accept())).bytes)).toBe("download");
    await client.expect(226);
  },
);
