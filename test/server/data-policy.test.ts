// Third parties (RFC 2577), passive addresses (S13).

import { afterEach, expect, test } from "vitest";
import { freePortRange } from "../support/free-port.ts";
import { watchResources } from "../support/resources.ts";
import { textOf } from "../support/test-client.ts";
import { type Rig, startRig } from "./rig.ts";

watchResources();

let rig: Rig;
afterEach(() => rig[Symbol.asyncDispose]());

test("passive ports come from the range, and when all are taken it is 425 with the reason", async () => {
  const passivePorts = await freePortRange(2);
  rig = await startRig({ passivePorts });
  const [one, two, three] = [await rig.login(), await rig.login(), await rig.login()];
  for (const peer of [one, two]) {
    const port = Number(/\|\|\|(\d+)\|/.exec((await peer.command("EPSV")).lines[0] ?? "")?.[1]);
    expect(port).toBeGreaterThanOrEqual(passivePorts.first);
    expect(port).toBeLessThanOrEqual(passivePorts.last);
  }
  expect((await three.command("EPSV")).lines[0]).toMatch(/^425 .*all 2 ports \d+-\d+ in use/);
});

test("227 tells the address of the most specific network; a host name is resolved", async () => {
  rig = await startRig({
    passiveAddresses: [
      { address: "192.0.2.1", cidr: "0.0.0.0/0" },
      { address: "192.0.2.7", cidr: "127.0.0.0/8" },
      { address: "192.0.2.9", cidr: "10.0.0.0/8" },
    ],
  });
  expect((await (await rig.login()).command("PASV")).lines[0]).toContain("(192,0,2,7,");
  await rig[Symbol.asyncDispose]();
  rig = await startRig({ passiveAddresses: [{ address: "localhost", cidr: "0.0.0.0/0" }] });
  expect((await (await rig.login()).command("PASV")).lines[0]).toContain("(127,0,0,1,");
});

test.each(["PORT 0,0,0,0,{p}", "EPRT |1|0.0.0.0|{port}|", "EPRT |2|::|{port}|"])(
  "%s means the client's own address",
  async (line) => {
    rig = await startRig();
    const peer = await rig.login();
    const { port, accept } = await peer.listenData();
    expect(await peer.code(line.replace("{port}", String(port)).replace("{p}", `${port >> 8},${port & 255}`))).toBe(
      200,
    );
    peer.send("NLST");
    expect((await peer.reply()).code).toBe(150);
    expect(await textOf(await accept())).toBe("");
    expect((await peer.reply()).code).toBe(226);
  },
);

test("PORT to a third party works where the operator permits it", async () => {
  rig = await startRig({ allowThirdParty: ["192.0.2.0/24"] });
  const peer = await rig.login();
  expect(await peer.code("PORT 192,0,2,5,200,1")).toBe(200);
  expect(await peer.code("PORT 192,0,3,5,200,1")).toBe(504);
});
