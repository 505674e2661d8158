// Middleboxes: what a packet filter lets through, what NAT makes of addresses, and what its FTP helper does.
import { describe, expect, it } from "vitest";
import { wait } from "../../src/platform/clock.ts";
import type { Connection } from "../../src/platform/network.ts";
import { Host } from "../../src/simulation/host/host.ts";
import { Wire } from "../../src/simulation/links/wire.ts";
import { Router, type RouterOptions } from "../../src/simulation/router/router.ts";
import { Simulation } from "../../src/simulation/simulation.ts";
import { collect, readExactly } from "../../src/testing/network/traffic.ts";
import { watchResources } from "../support/resources.ts";
import { connectTo, listenAt, never, states } from "./stage.ts";

watchResources();

interface Border {
  readonly simulation: Simulation;
  readonly lan: Wire;
  readonly wan: Wire;
  /** 192.168.1.2, behind the router. */
  readonly inside: Host;
  /** 198.51.100.3 */
  readonly outside: Host;
}

/** A router with 192.168.1.1 inside and 198.51.100.1 outside; the outside knows no way to private addresses. */
function makeBorder(options: (wires: { lan: Wire; wan: Wire }) => Partial<RouterOptions>): Border {
  const simulation = new Simulation();
  const lan = new Wire(simulation, "lan");
  const wan = new Wire(simulation, "wan", { latencyMs: 10 });
  const attached = [
    { wire: lan, address: "192.168.1.1/24" },
    { wire: wan, address: "198.51.100.1/24" },
  ];
  new Router(simulation, "router", { attached, ...options({ lan, wan }) });
  const inside = new Host(simulation, "inside", {
    attached: [{ wire: lan, address: "192.168.1.2/24" }],
    gateway: "192.168.1.1",
  });
  const outside = new Host(simulation, "outside", {
    attached: [{ wire: wan, address: "198.51.100.3/24" }],
    ...(options({ lan, wan }).masquerade === undefined ? { gateway: "198.51.100.1" } : {}),
  });
  return { simulation, lan, wan, inside, outside };
}

const say = async (from: Connection, to: Connection, words: string): Promise<string> => {
  from.stream.write(words);
  return String(await readExactly(to.stream, words.length));
};

/** A control connection from inside to outside, port 21. */
async function control({ inside, outside }: Border): Promise<{ client: Connection; server: Connection }> {
  const listener = await listenAt(outside.network(), "198.51.100.3", 21);
  const client = await connectTo(inside.network(), "198.51.100.3", 21);
  return { client, server: await listener.accept({ signal: never }) };
}

describe("a packet filter", () => {
  const outward = ({ lan, wan }: { lan: Wire; wan: Wire }) => ({
    rules: [
      { states: ["established", "related"] as const, verdict: "accept" as const },
      { in: lan, out: wan, states: ["new"] as const, verdict: "accept" as const },
    ],
    policy: "drop" as const,
  });

  it("with memory lets answers in and drops what comes by itself, which times out after 127 s", async () => {
    const border = makeBorder((wires) => ({ filter: outward(wires) }));
    await border.simulation.run(async () => {
      const { client, server } = await control(border);
      expect(await say(server, client, "220 hello\r\n")).toBe("220 hello\r\n");
      await listenAt(border.inside.network(), "192.168.1.2", 2000);
      const startMs = border.simulation.nowMs;
      await expect(connectTo(border.outside.network(), "192.168.1.2", 2000)).rejects.toMatchObject({
        code: "NET_TIMEOUT",
      });
      expect(Math.round((border.simulation.nowMs - startMs) / 1000)).toBe(127);
    });
  });

  it.each([
    ["reset", "NET_REFUSED"],
    ["reject", "NET_REFUSED"],
  ] as const)("with the verdict %s fails a connection at once: %s", async (verdict, code) => {
    const border = makeBorder(() => ({ filter: { rules: [], policy: verdict } }));
    await border.simulation.run(async () => {
      await expect(connectTo(border.outside.network(), "192.168.1.2", 2000)).rejects.toMatchObject({ code });
      expect(border.simulation.nowMs).toBeLessThan(1000);
    });
  });

  it("without memory tells who opens by the SYN alone", async () => {
    const border = makeBorder(({ wan }) => ({
      filter: { rules: [{ in: wan, opens: true, verdict: "reset" }], policy: "accept" },
    }));
    await border.simulation.run(async () => {
      const { client, server } = await control(border);
      expect(await say(server, client, "220\r\n")).toBe("220\r\n");
      await expect(connectTo(border.outside.network(), "192.168.1.2", 2000)).rejects.toMatchObject({
        code: "NET_REFUSED",
      });
    });
  });

  it("with an FTP helper lets in the data connection that PORT announced, and no other", async () => {
    const border = makeBorder((wires) => ({ filter: outward(wires), ftpHelper: true }));
    await border.simulation.run(async () => {
      const { client, server } = await control(border);
      const data = await listenAt(border.inside.network(), "192.168.1.2", 2001);
      await say(client, server, "PORT 192,168,1,2,7,209\r\n");
      await connectTo(border.outside.network(), "192.168.1.2", 2001);
      expect((await data.accept({ signal: never })).remote.host).toBe("198.51.100.3");
      await listenAt(border.inside.network(), "192.168.1.2", 2002);
      await expect(connectTo(border.outside.network(), "192.168.1.2", 2002)).rejects.toMatchObject({
        code: "NET_TIMEOUT",
      });
    });
  });
});

describe("NAT", () => {
  it("masquerades: the outside sees the router's address and the same port", async () => {
    const border = makeBorder(({ wan }) => ({ masquerade: [wan] }));
    await border.simulation.run(async () => {
      const { client, server } = await control(border);
      expect(server.remote).toEqual({ host: "198.51.100.1", port: client.local.port });
      expect(client.local.host).toBe("192.168.1.2");
      expect(await say(server, client, "220 hello\r\n")).toBe("220 hello\r\n");
    });
  });

  it("without a helper leaves the private address in PORT, and nobody outside can reach it", async () => {
    const border = makeBorder(({ wan }) => ({ masquerade: [wan] }));
    await border.simulation.run(async () => {
      const { client, server } = await control(border);
      const words = "PORT 192,168,1,2,7,209\r\n";
      expect(await say(client, server, words)).toBe(words);
      await expect(connectTo(border.outside.network(), "192.168.1.2", 2001)).rejects.toMatchObject({
        code: "NET_UNREACHABLE",
      });
    });
  });

  it("with a helper rewrites PORT, and the connection to the new address comes in", async () => {
    const border = makeBorder(({ wan }) => ({ masquerade: [wan], ftpHelper: true }));
    await border.simulation.run(async () => {
      const { client, server } = await control(border);
      const data = await listenAt(border.inside.network(), "192.168.1.2", 2001);
      const rewritten = "PORT 198,51,100,1,7,209\r\n";
      client.stream.write("PORT 192,168,1,2,7,209\r\n");
      expect(String(await readExactly(server.stream, rewritten.length))).toBe(rewritten);
      await connectTo(border.outside.network(), "198.51.100.1", 2001);
      expect((await data.accept({ signal: never })).local).toEqual({ host: "192.168.1.2", port: 2001 });
      // One announcement is good for one connection.
      await expect(connectTo(border.outside.network(), "198.51.100.1", 2001)).rejects.toMatchObject({
        code: "NET_REFUSED",
      });
      expect(await say(server, client, "200 ok\r\n")).toBe("200 ok\r\n");
      expect(await say(client, server, "RETR file\r\n")).toBe("RETR file\r\n");
    });
  });

  it("with a port forward and a helper rewrites 227, and the passive connection comes in", async () => {
    const to = { host: "192.168.1.2", port: 21 };
    const border = makeBorder(({ wan }) => ({
      masquerade: [wan],
      forwards: [{ in: wan, ports: { first: 21, last: 21 }, to }],
      ftpHelper: true,
    }));
    await border.simulation.run(async () => {
      const listener = await listenAt(border.inside.network(), "192.168.1.2", 21);
      const client = await connectTo(border.outside.network(), "198.51.100.1", 21);
      const server = await listener.accept({ signal: never });
      const data = await listenAt(border.inside.network(), "192.168.1.2", 2001);
      server.stream.write("227 Entering Passive Mode (192,168,1,2,7,209).\r\n");
      const rewritten = "227 Entering Passive Mode (198,51,100,1,7,209).\r\n";
      expect(String(await readExactly(client.stream, rewritten.length))).toBe(rewritten);
      await connectTo(border.outside.network(), "198.51.100.1", 2001);
      expect((await data.accept({ signal: never })).remote.host).toBe("198.51.100.3");
      expect(await say(client, server, "RETR file\r\n")).toBe("RETR file\r\n");
    });
  });

  it.each([
    ["PORT 192,168,1,2,7,209", "PORT 198,51,100,1,7,209"],
    ["EPRT |1|192.168.1.2|2001|", "EPRT |1|198.51.100.1|2001|"],
    ["PORT 192,168,1,2,0,9", "PORT 198,51,100,1,0,9"],
    ["PORT 192,168,1,3,7,209", "PORT 192,168,1,3,7,209"],
    ["XPORT 192,168,1,2,7,209", "XPORT 192,168,1,2,7,209"],
  ])("with a helper makes of %s %s, again and again, and the bytes behind it stay in step", async (said, heard) => {
    const border = makeBorder(({ wan }) => ({ masquerade: [wan], ftpHelper: true }));
    await border.simulation.run(async () => {
      const { client, server } = await control(border);
      for (let round = 0; round < 5; round += 1) {
        client.stream.write(`${said}\r\n`);
        expect(String(await readExactly(server.stream, heard.length + 2))).toBe(`${heard}\r\n`);
        expect(await say(server, client, "200 ok\r\n")).toBe("200 ok\r\n");
        expect(await say(client, server, "NOOP\r\n")).toBe("NOOP\r\n");
      }
      client.stream.end();
      await collect(server.stream);
      server.stream.end();
      client.stream.resume();
      expect([(await client.closed).how, (await server.closed).how]).toEqual(["fin", "fin"]);
      await wait(border.simulation.clock, 1000, never);
      // Each side has the other's acknowledgement of all that it sent.
      expect([states(border.inside), states(border.outside)]).toEqual([["TIME_WAIT"], ["LISTEN"]]);
    });
  });

  it("with a helper keeps in step when what was rewritten is lost and sent again", async () => {
    const border = makeBorder(({ wan }) => ({ masquerade: [wan], ftpHelper: true }));
    await border.simulation.run(async () => {
      const { client, server } = await control(border);
      let lost = 0;
      border.wan.rule((packet) => {
        const isLost = packet.kind === "tcp" && packet.payload.length > 0 && lost < 2;
        if (isLost) lost += 1;
        return isLost ? "drop" : undefined;
      });
      client.stream.write("PORT 192,168,1,2,7,209\r\n");
      client.stream.write("RETR file\r\n");
      const heard = "PORT 198,51,100,1,7,209\r\nRETR file\r\n";
      expect(String(await readExactly(server.stream, heard.length))).toBe(heard);
      expect(lost).toBe(2);
      expect(await say(server, client, "150 ok\r\n")).toBe("150 ok\r\n");
    });
  });

  it("takes up a connection that it forgot when the inside continues it, unless told otherwise", async () => {
    for (const takesUp of [true, false]) {
      const border = makeBorder(({ wan }) => ({ masquerade: [wan], idleMs: 300_000, takesUp }));
      await border.simulation.run(async () => {
        const { client, server } = await control(border);
        await say(server, client, "220 hello\r\n");
        await new Promise<void>((resolve) => void border.simulation.clock.after(301_000, resolve));
        client.stream.write("NOOP\r\n");
        if (takesUp) expect(String(await readExactly(server.stream, 6))).toBe("NOOP\r\n");
        else expect(await client.closed).toMatchObject({ how: "timeout" });
      });
    }
  });

  it("refuses what is meant for a closed port of the router", async () => {
    const border = makeBorder(({ wan }) => ({ masquerade: [wan] }));
    await border.simulation.run(async () => {
      await expect(connectTo(border.outside.network(), "198.51.100.1", 21)).rejects.toMatchObject({
        code: "NET_REFUSED",
      });
    });
  });

  it("forgets a silent connection: what the outside says then is answered with a reset", async () => {
    const border = makeBorder(({ wan }) => ({ masquerade: [wan], idleMs: 300_000 }));
    await border.simulation.run(async () => {
      const { client, server } = await control(border);
      await say(server, client, "220 hello\r\n");
      await new Promise<void>((resolve) => void border.simulation.clock.after(301_000, resolve));
      server.stream.write("421 Timeout\r\n");
      expect(await server.closed).toMatchObject({ by: "remote", how: "reset" });
      expect(client.stream.destroyed).toBe(false);
    });
  });
});
