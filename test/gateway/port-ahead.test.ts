// A data connection that is open, and has our end, before its transfer begins.
import { once } from "node:events";
import { expect, test } from "vitest";
import { systemClock } from "../../src/network/system-clock.ts";
import type { Clock } from "../../src/platform/clock.ts";
import type { Network } from "../../src/platform/network.ts";
import { limits } from "../../src/protocol/limits.ts";
import { watchResources } from "../support/resources.ts";
import type { ScriptedControl } from "../support/scripted-control.ts";
import { received } from "../support/test-client.ts";
import { recordingNetwork } from "./recording-network.ts";
import { meetLoggedIn } from "./scene.ts";
import { obey } from "./scripts.ts";

watchResources();

/** However slow the machine is, its client is at several files. */
const patient: Clock = {
  nowMs: () => systemClock.nowMs(),
  after: (delayMs, callback) => (delayMs === limits.portAheadMs ? () => {} : systemClock.after(delayMs, callback)),
};

/** As vsftpd does; the third file it sends only to a client that has ended its own direction. */
async function vsftpd(control: ScriptedControl): Promise<void> {
  await control.reply("220 (vsFTPd 3.0.3)");
  await obey(control, async (line, data) => {
    if (line.endsWith("3")) await once(data.resume(), "end");
  });
}

test("the third file of a client comes over a connection that is half closed before it", async () => {
  await using scene = await meetLoggedIn(vsftpd, { environment: { clock: patient } });
  const { client, gateway } = scene;
  const opened = (): number =>
    gateway.trace.filter((event) => event.type === "data.open" && event.side === "upstream").length;
  for (const number of [1, 2, 3]) {
    const data = await client.connectData(client.addressOf(await client.ask("EPSV", 229)));
    if (number === 3) await gateway.seen(() => opened() === 3);
    client.send(`RETR ${number}`);
    await client.expect(150);
    const { bytes, how } = await received(data);
    expect(`${bytes} ${how}`).toBe(`content of ${number} end`);
    await client.expect(226);
  }
});

test("the client has its own port before the channel to a port that is known is opened", async () => {
  const network = recordingNetwork();
  let onConnect = (): void => {};
  const backNetwork: Network = {
    ...network,
    connect: (options) => {
      onConnect();
      return network.connect(options);
    },
  };
  await using scene = await meetLoggedIn(vsftpd, { backNetwork, environment: { clock: patient } });
  const { client, gateway } = scene;
  const ports = (side: "downstream" | "upstream"): number =>
    gateway.trace.filter(
      (event) => event.type === "ftp.reply" && event.side === side && /^229/.test(event.lines[0] ?? ""),
    ).length;
  for (const number of [1, 2]) {
    const data = await client.connectData(client.addressOf(await client.ask("EPSV", 229)));
    client.send(`RETR ${number}`);
    await client.expect(150);
    await received(data);
    await client.expect(226);
  }
  await gateway.seen(() => ports("upstream") === 3);
  const opened = new Promise<number>((resolve) => {
    onConnect = () => resolve(ports("downstream"));
  });
  const data = await client.connectData(client.addressOf(await client.ask("EPSV", 229)));
  expect(await opened).toBe(3);
  client.send("RETR 3");
  await client.expect(150);
  await received(data);
  await client.expect(226);
});
