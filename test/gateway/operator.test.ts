// What the operator sets, and what the operator gets to see.
import { describe, expect, it } from "vitest";
import { parseCidr } from "../../src/protocol/cidr.ts";
import { limits } from "../../src/protocol/limits.ts";
import { flood } from "../support/flood.ts";
import { freePortRange } from "../support/free-port.ts";
import { startMiniFtpServer } from "../support/mini-ftp-server.ts";
import { watchResources } from "../support/resources.ts";
import { received, TestClient } from "../support/test-client.ts";
import { startGateway } from "./gateway-harness.ts";
import { meetHonest, meetLoggedIn } from "./scene.ts";

watchResources();

describe("--passive-address (S13)", () => {
  const rules = [
    { address: "192.0.2.1", cidr: parseCidr("0.0.0.0/0") },
    { address: "192.0.2.2", cidr: parseCidr("127.0.0.0/8") },
    { address: "192.0.2.3", cidr: parseCidr("127.0.0.2/32") },
    { address: "192.0.2.4", cidr: parseCidr("127.0.0.0/16") },
  ];
  it.each([
    ["127.0.0.1", "192.0.2.4"],
    ["127.0.0.2", "192.0.2.3"],
    ["127.1.0.1", "192.0.2.2"],
  ])("a client at %s is told %s: the most specific network wins", async (from, told) => {
    await using server = await startMiniFtpServer();
    await using gateway = await startGateway({ target: server, passiveAddresses: rules });
    await using client = await TestClient.loggedIn(gateway, from);
    expect((await client.passiveAddress("PASV")).host).toBe(told);
    const { port } = await client.passiveAddress("EPSV");
    expect(await client.connectData({ host: "127.0.0.1", port })).toBeDefined();
  });

  it("a client that no rule covers is told the address that it came to", async () => {
    await using scene = await meetHonest(
      {},
      { passiveAddresses: [{ address: "192.0.2.1", cidr: parseCidr("10.0.0.0/8") }] },
    );
    expect((await scene.client.passiveAddress("PASV")).host).toBe("127.0.0.1");
  });
});

describe("--passive-ports", () => {
  it("data ports are taken from the range, in no order that can be foreseen", async () => {
    const range = await freePortRange(60);
    await using scene = await meetHonest({}, { passivePorts: range });
    const ports: number[] = [];
    for (let asked = 0; asked < 15; asked += 1) ports.push((await scene.client.passiveAddress()).port);
    for (const port of ports) expect(port >= range.first && port <= range.last).toBe(true);
    const steps = new Set(ports.slice(1).map((port, index) => port - (ports[index] ?? 0)));
    expect(steps.size).toBeGreaterThan(5);
  });

  it("that are all taken are a 425 that says so, and the session goes on", async () => {
    const passivePorts = await freePortRange(1);
    await using scene = await meetHonest({}, { passivePorts });
    await using other = await TestClient.loggedIn(scene.gateway);
    await other.passiveAddress();
    expect(await scene.client.ask("EPSV", 425)).toContain("no data port is free");
    await scene.client.ask("PWD", 257);
  });
});

describe("sessionsMax", () => {
  it("one more is told 421 and why; there is room again when one has left", async () => {
    await using server = await startMiniFtpServer();
    await using gateway = await startGateway({ target: server, sessionsMax: 2 });
    await using first = await TestClient.loggedIn(gateway);
    await using _second = await TestClient.loggedIn(gateway);
    await using refused = await TestClient.connect(gateway);
    expect(await refused.expect(421)).toContain("too many connected users (2)");
    expect(await refused.nextReply()).toBeUndefined();
    await first.ask("QUIT", 221);
    await gateway.seen(({ type }) => type === "session.close");
    await using third = await TestClient.loggedIn(gateway);
    await third.ask("PWD", 257);
  });

  it("a flood of refused ones that stay is bounded: most are reset at once", async () => {
    await using server = await startMiniFtpServer();
    await using gateway = await startGateway({ target: server, sessionsMax: 1 });
    await using _first = await TestClient.loggedIn(gateway);
    const outcomes = await flood(gateway.host, gateway.port, 60);
    const told = outcomes.filter((outcome) => outcome.startsWith("421")).length;
    expect(told).toBe(limits.rejectedPeersLeavingMax);
  });
});

describe("closing", () => {
  it("lets a running transfer finish, then says 421", async () => {
    await using scene = await meetHonest({ f: "whole" });
    const { client, gateway } = scene;
    const address = await client.passiveAddress();
    await client.ask("RETR f", 150);
    gateway.closeWhenIdle("the gateway is going down");
    const data = await client.connectData(address);
    expect(await received(data)).toEqual({ bytes: Buffer.from("whole"), how: "end" });
    await client.expect(226);
    expect(await client.expect(421)).toBe("421 the gateway is going down");
  });

  it("says 421 at once where nothing runs", async () => {
    await using scene = await meetHonest();
    scene.gateway.closeWhenIdle("the gateway is going down");
    expect(await scene.client.expect(421)).toBe("421 the gateway is going down");
  });
});

describe("credential exposure", () => {
  it("no password is in any trace event, whoever repeats it, nor in what the session closes with", async () => {
    await using scene = await meetLoggedIn(async (control) => {
      await control.login();
      for (let line = await control.line(); line !== undefined; line = await control.line()) {
        if (line.startsWith("QUIT")) await control.reply("421 bye, hunter2");
        else await control.reply(`500 '${line}': hunter2 not understood`);
      }
    });
    const { client, gateway } = scene;
    for (const line of [
      "PASS hunter2",
      "ACCT hunter3",
      "SITE PSWD hunter2 hunter4",
      "pass  hunter2",
      "PAS hunter5",
      "STAT",
    ]) {
      expect(await client.ask(line, 500)).toContain("hunter2");
    }
    for (const line of ["XPASS hunter6", "SITE NEWPASS hunter7", "SIZE hunter2"]) await client.ask(line, 500);
    client.send(" PASS hunter2");
    await client.expect(500);
    client.raw("PASS hunter2\0\r\n");
    await client.expect(421);
    await gateway.seen(({ type }) => type === "session.close");
    const traced = JSON.stringify(gateway.trace);
    expect(traced).not.toMatch(/hunter/i);
    expect(traced).toContain("PASS ***");
  });
});

describe("a mistake of ours", () => {
  it("ends the session that met it, with 421, and no other", async () => {
    const ownAddresses = (): never => {
      throw new Error("no such system call");
    };
    await using scene = await meetHonest({ f: "x" }, { environment: { ownAddresses } });
    await using other = await TestClient.loggedIn(scene.gateway);
    scene.client.send("PORT 192,0,2,1,8,8");
    expect(await scene.client.expect(421)).toContain("no such system call");
    expect(await scene.client.nextReply()).toBeUndefined();
    await other.ask("PWD", 257);
  });
});
