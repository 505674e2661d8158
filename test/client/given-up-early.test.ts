// A transfer that is given up when the server has been asked for it, and before its data connection stands.
import { once } from "node:events";
import { expect, test } from "vitest";
import type { FtpClient } from "../../src/connect/index.ts";
import { watchResources } from "../support/resources.ts";
import type { ScriptedControl } from "../support/scripted-control.ts";
import { passive, startRig, textOf } from "./rig.ts";

watchResources();

/** A way that is proven: from now on the commands of a transfer leave together. */
async function serveFirst(control: ScriptedControl): Promise<void> {
  await control.expect("SIZE f");
  await control.reply("213 4");
  const data = await passive(control);
  const socket = await data.accept();
  await control.expect("RETR f");
  await control.reply("150 here");
  socket.end("data");
  await control.reply("226 done");
}

/** As vsftpd and ProFTPD do: what listens waits for its connection, and reads nothing else before. */
async function waitForData(control: ScriptedControl, command: string): Promise<void> {
  const data = await control.listenData();
  await control.reply(`229 ok (|||${data.port}|)`);
  const socket = await data.accept();
  const broken = once(socket, "error");
  await control.reply("150 go on");
  socket.resume();
  expect(await broken).toMatchObject([{ code: "ECONNRESET" }]);
  await control.reply(`426 ${command} failed`);
  await control.expect("ABOR");
  await control.reply("225 nothing to abort");
}

const transfers: readonly (readonly [string, RegExp, (client: FtpClient, signal: AbortSignal) => Promise<unknown>])[] =
  [
    ["download", /^RETR g$/, (client, signal) => textOf(client.download("g", { signal }))],
    ["upload", /^STOR g$/, (client, signal) => client.upload(Buffer.from("more"), "g", { signal })],
  ];

test.each(transfers)("%s: the server's wait is ended by a connection that is reset", async (name, command, begin) => {
  const stop = new AbortController();
  await using rig = await startRig(async (control) => {
    await serveFirst(control);
    if (name === "download") {
      await control.expect("SIZE g");
      await control.reply("213 4");
    }
    await control.expect("EPSV");
    await control.expect(command);
    stop.abort(new Error("enough"));
    await waitForData(control, name);
    await control.expect("NOOP");
    await control.reply("200 here");
  });
  expect(await textOf(rig.client.download("f"))).toBe("data");
  await expect(begin(rig.client, stop.signal)).rejects.toThrow("enough");
  expect((await rig.client.quote("NOOP")).code).toBe(200);
});
