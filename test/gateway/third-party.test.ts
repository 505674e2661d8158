// Third-party transfers (S16): two sessions of one client, joined inside the gateway; and who may not join.
import { networkInterfaces } from "node:os";
import { describe, expect, it } from "vitest";
import { parseCidr } from "../../src/protocol/cidr.ts";
import { startMiniFtpServer } from "../support/mini-ftp-server.ts";
import { watchResources } from "../support/resources.ts";
import { portArgument, received, TestClient } from "../support/test-client.ts";
import { type HarnessOptions, newShared, startGateway } from "./gateway-harness.ts";
import { file } from "./scripts.ts";

watchResources();

const hasIpv6 = Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === "::1"));
const large = file(3_000_000);

/** Two servers, a gateway to each, of one program; one client at both. The first has `f`. */
async function two(
  options: Partial<HarnessOptions> = {},
  from: readonly [string?, string?] = [],
  to: readonly [string?, string?] = [],
) {
  const shared = newShared();
  const servers = [await startMiniFtpServer(), await startMiniFtpServer()] as const;
  servers[0].files.set("f", large);
  const gateways = [
    await startGateway({ target: servers[0], shared, ...options }),
    await startGateway({ target: servers[1], shared, ...options }),
  ] as const;
  const source = await TestClient.loggedIn({ host: to[0] ?? gateways[0].host, port: gateways[0].port }, from[0]);
  const sink = await TestClient.loggedIn({ host: to[1] ?? gateways[1].host, port: gateways[1].port }, from[1]);
  const dispose = async (): Promise<void> => {
    for (const one of [source, sink, ...gateways, ...servers]) await one[Symbol.asyncDispose]();
    expect(shared.registry.size).toBe(0);
  };
  return { source, sink, servers, gateways, shared, [Symbol.asyncDispose]: dispose };
}

describe("a third-party transfer", () => {
  it.each([
    ["the source listens, the sink is asked first", "source", "sink"],
    ["the source listens, the source is asked first", "source", "source"],
    ["the sink listens, the sink is asked first", "sink", "sink"],
    ["the sink listens, the source is asked first", "sink", "source"],
  ] as const)("%s: the file goes from server to server", async (_what, listener, first) => {
    await using scene = await two();
    const { source, sink } = scene;
    const [waits, connects] = listener === "source" ? [source, sink] : [sink, source];
    await connects.ask(`PORT ${portArgument(await waits.passiveAddress("PASV"))}`, 200);
    const start = { source: () => source.send("RETR f"), sink: () => sink.send("STOR f") };
    start[first]();
    await (first === "source" ? source : sink).expect(150);
    start[first === "source" ? "sink" : "source"]();
    await (first === "source" ? sink : source).expect(150);
    await Promise.all([source.expect(226), sink.expect(226)]);
    expect(scene.servers[1].files.get("f")?.equals(large)).toBe(true);
    const hows = scene.gateways.flatMap(({ trace }) => trace.flatMap((event) => ("how" in event ? [event.how] : [])));
    expect(hows).toContain("joined");
  });

  it("that breaks at the sink is 426 at both ends, and nothing half is stored as whole", async () => {
    await using scene = await two();
    const { source, sink, servers } = scene;
    await sink.ask(`PORT ${portArgument(await source.passiveAddress("PASV"))}`, 200);
    await sink.ask("STOR f", 150);
    sink.send("ABOR");
    await sink.expect(426, 226);
    source.send("RETR f");
    await source.expect(150, 426);
    expect(servers[1].files.has("f")).toBe(false);
  });

  it("of a file that is not there stores no empty one", async () => {
    await using scene = await two();
    const { source, sink, servers } = scene;
    await sink.ask(`PORT ${portArgument(await source.passiveAddress("PASV"))}`, 200);
    sink.send("STOR g");
    await source.ask("RETR nothing", 550);
    await source.ask("QUIT", 221);
    await sink.expect(150, 426);
    expect(servers[1].files.has("g")).toBe(false);
  });

  it("with an address told by --passive-address is joined by that address", async () => {
    await using scene = await two({ passiveAddresses: [{ address: "192.0.2.9", cidr: parseCidr("127.0.0.0/8") }] });
    const { source, sink } = scene;
    const address = await source.passiveAddress("PASV");
    expect(address.host).toBe("192.0.2.9");
    await sink.ask(`PORT ${portArgument(address)}`, 200);
    source.send("RETR f");
    sink.send("STOR f");
    await Promise.all([source.expect(150, 226), sink.expect(150, 226)]);
    expect(scene.servers[1].files.get("f")?.equals(large)).toBe(true);
  });
});

describe.skipIf(!hasIpv6)(
  "a client that says localhost, and comes by 127.0.0.1 and by ::1 (skipped without ::1)",
  () => {
    it("is one client, whose two sessions are joined", async () => {
      await using scene = await two({ bind: "localhost" }, [], ["::1", "127.0.0.1"]);
      const { source, sink } = scene;
      const { port } = await source.passiveAddress("EPSV");
      await sink.ask(`EPRT |2|::1|${port}|`, 200);
      source.send("RETR f");
      sink.send("STOR f");
      await Promise.all([source.expect(150, 226), sink.expect(150, 226)]);
      expect(scene.servers[1].files.get("f")?.equals(large)).toBe(true);
    });
  },
);

describe("data-port theft through the gateway", () => {
  it.each(["127.0.0.1", "127.0.0.9"])(
    "another client that names a waiting data port (as %s) is refused; the rightful one is served",
    async (spelled) => {
      await using scene = await two({}, ["127.0.0.1", "127.0.0.2"]);
      const { source, sink: thief } = scene;
      const address = await source.passiveAddress("PASV");
      const refused = await thief.ask(`PORT ${portArgument({ host: spelled, port: address.port })}`, 504);
      expect(refused).toContain("waits for another client");
      const data = await source.connectData(address);
      await source.ask("RETR f", 150);
      expect((await received(data)).bytes.equals(large)).toBe(true);
      await source.expect(226);
    },
  );

  it("another user with the same address is refused when it comes to the transfer", async () => {
    let asked = 0;
    // The first control connection is one user's, the second another's.
    const ownerOf = async (): Promise<number> => {
      asked += 1;
      return asked === 1 ? 1000 : 1001;
    };
    await using scene = await two({ environment: { ownerOf } });
    const { source, sink: thief } = scene;
    await thief.ask(`PORT ${portArgument(await source.passiveAddress("PASV"))}`, 200);
    thief.send("STOR loot");
    await thief.expect(150);
    expect(await thief.expect(425)).toContain("taken or closed");
    expect(scene.shared.registry.size).toBe(1);
    expect(scene.servers[1].files.has("loot")).toBe(false);
  });

  it("a PORT that was right while its data port waited goes nowhere once that is gone", async () => {
    const ownAddresses = (): string[] => [];
    const passiveAddresses = [{ address: "192.0.2.9", cidr: parseCidr("127.0.0.0/8") }];
    await using scene = await two({ passiveAddresses, environment: { ownAddresses } });
    const { source, sink } = scene;
    await sink.ask(`PORT ${portArgument(await source.passiveAddress("PASV"))}`, 200);
    await source.passiveAddress("PASV");
    sink.send("STOR f");
    await sink.expect(150);
    expect(await sink.expect(425)).toContain("taken or closed");
  });
});
