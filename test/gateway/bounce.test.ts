// FTP bounce (RFC 2577 sections 2 to 5): whom a client, or a server, can make this machine connect to.
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { parseCidr } from "../../src/protocol/cidr.ts";
import { watchResources } from "../support/resources.ts";
import { portArgument, received } from "../support/test-client.ts";
import { recordingNetwork } from "./recording-network.ts";
import { meetHonest, meetLoggedIn } from "./scene.ts";

watchResources();

const spelled = (host: string, port: number): Record<string, string> => ({
  PORT: `PORT ${portArgument({ host, port })}`,
  EPRT: `EPRT |1|${host}|${port}|`,
  LPRT: `LPRT 4,4,${host.replaceAll(".", ",")},2,${port >> 8},${port & 255}`,
});
const verbs = ["PORT", "EPRT", "LPRT"];

describe("FTP bounce", () => {
  it.each(verbs)("%s to a third party is refused with the reason, and nobody is connected to", async (verb) => {
    const front = recordingNetwork();
    await using scene = await meetHonest({ f: "x" }, { environment: { downstream: front } });
    const reply = await scene.client.ask(spelled("192.0.2.1", 2000)[verb] as string, 504);
    expect(reply).toContain("192.0.2.1 is not your address 127.0.0.1");
    expect(front.connects).toEqual([]);
  });

  it.each([
    ["a privileged port", "127.0.0.1", 22, 504],
    ["the last privileged port", "127.0.0.1", 1023, 504],
    ["port 0", "127.0.0.1", 0, 501],
    ["everybody", "255.255.255.255", 2000, 504],
  ])("PORT to %s is refused", async (_what, host, port, code) => {
    await using scene = await meetHonest();
    await scene.client.ask(`PORT ${portArgument({ host, port })}`, code);
  });

  it.each(["PORT 0,0,0,0,{p}", "EPRT |1|0.0.0.0|{port}|", "EPRT |2|::|{port}|"])(
    "%s means the client's own address",
    async (line) => {
      const front = recordingNetwork();
      await using scene = await meetHonest({ f: "hello" }, { environment: { downstream: front } });
      const server = createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      const { port } = server.address() as AddressInfo;
      const arrived = once(server, "connection").then(([socket]) => received(socket as Socket));
      await scene.client.ask(line.replace("{port}", String(port)).replace("{p}", `${port >> 8},${port & 255}`), 200);
      await scene.client.ask("RETR f", 150);
      expect(await arrived).toEqual({ bytes: Buffer.from("hello"), how: "end" });
      await scene.client.expect(226);
      server.close();
    },
  );

  it.each(["1,2,3,4,5", "1,2,3,4,5,6,7", "127,0,0,1,7", "127,0,0,1,256,1", "a,b,c,d,e,f", "127,0,0,1,-1,5", ""])(
    "PORT %s is 501",
    async (argument) => {
      await using scene = await meetHonest();
      await scene.client.ask(`PORT ${argument}`, 501);
    },
  );

  it.each(verbs)("a refused %s forgets the earlier one: its transfer goes nowhere", async (verb) => {
    const front = recordingNetwork();
    await using scene = await meetHonest({ f: "secret" }, { environment: { downstream: front } });
    await scene.client.ask(`PORT ${portArgument(await scene.client.listenData())}`, 200);
    await scene.client.ask(spelled("192.0.2.1", 2000)[verb] as string, 504);
    await scene.client.ask("RETR f", 150, 425);
    // The default data port, which is the end of the control connection: nobody listens there.
    const { localPort } = scene.client.socket;
    expect(new Set(front.connects.map(({ port }) => port))).toEqual(new Set([localPort]));
  });

  it("PORT to the gateway itself is refused: a file there would be read as commands", async () => {
    await using scene = await meetHonest({ f: "DELE everything\r\n" });
    const { port } = scene.gateway;
    expect(await scene.client.ask(`PORT ${portArgument({ host: "127.0.0.1", port })}`, 504)).toContain("itself");
    expect(await scene.client.ask(`PORT ${portArgument({ host: "127.0.0.9", port })}`, 504)).toContain("itself");
  });

  it("--allow-third-party permits the networks that it names, and no privileged port there", async () => {
    await using other = await listener();
    const front = recordingNetwork((to) => (to.host === "192.0.2.7" ? other.address : to));
    const allowThirdParty = [parseCidr("192.0.2.0/28"), parseCidr("2001:db8::/32")];
    await using scene = await meetHonest({ f: "for another" }, { allowThirdParty, environment: { downstream: front } });
    const { client } = scene;
    await client.ask("PORT 192,0,2,16,8,8", 504);
    await client.ask("PORT 192,0,2,7,0,22", 504);
    await client.ask("EPRT |2|2001:db9::1|2000|", 504);
    await client.ask("EPRT |2|2001:db8::1|2000|", 200);
    await client.ask("PORT 192,0,2,7,8,8", 200);
    await client.ask("RETR f", 150);
    expect(String((await received(await other.accept())).bytes)).toBe("for another");
    await client.expect(226);
    expect(front.connects).toContainEqual({ host: "192.0.2.7", port: 2056 });
  });
});

/** Somebody at another address who listens. */
async function listener() {
  const server = createServer({ allowHalfOpen: true });
  const first = once(server, "connection");
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const dispose = async (): Promise<void> => {
    await new Promise((resolve) => server.close(resolve));
  };
  return {
    address: { host: "127.0.0.1", port },
    accept: async () => (await first)[0] as Socket,
    [Symbol.asyncDispose]: dispose,
  };
}

describe("sshd as open relay", () => {
  it("whatever client and server say, only the configured host is connected to", async () => {
    const backNetwork = recordingNetwork();
    await using scene = await meetLoggedIn(
      async (control) => {
        await control.login();
        await control.expect("EPSV");
        await control.reply("500 no");
        await control.expect("PASV");
        await control.reply("227 ok (192,0,2,1,8,8)");
      },
      { upstreamMode: "passive", backNetwork },
    );
    await scene.client.ask("PORT 192,0,2,2,8,8", 504);
    await scene.client.passiveAddress();
    scene.client.send("RETR f");
    await scene.client.expect(425);
    expect(new Set(backNetwork.connects.map(({ host }) => host))).toEqual(new Set(["127.0.0.1"]));
  });
});

describe("STARTTLS injection", () => {
  it("AUTH is refused, so nothing behind it can be meant for a protected connection; TLS itself ends the session", async () => {
    await using scene = await meetHonest();
    scene.client.send("AUTH TLS", "PWD");
    expect(await scene.client.expect(534)).toContain("already runs inside SSH");
    await scene.client.expect(257);
    scene.client.raw("\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03");
    await scene.client.expect(421);
  });
});
