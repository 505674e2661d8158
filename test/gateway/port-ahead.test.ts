// A data connection that is open, and has our end, before its transfer begins.
import { once } from "node:events";
import { expect, test } from "vitest";
import { systemClock } from "../../src/network/system-clock.ts";
import type { Clock } from "../../src/platform/clock.ts";
import { limits } from "../../src/protocol/limits.ts";
import { watchResources } from "../support/resources.ts";
import type { ScriptedControl } from "../support/scripted-control.ts";
import { received } from "../support/test-client.ts";
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
