// The next file of a run is made ready while a small one is on its way.
import type { Socket } from "node:net";
import { expect, test } from "vitest";
import { limits } from "../../src/protocol/limits.ts";
import { fetchFile } from "../../src/transfer/fetch-file.ts";
import { passive, startRig, textOf } from "../client/rig.ts";
import { watchResources } from "../support/resources.ts";
import type { ScriptedControl } from "../support/scripted-control.ts";
import { makeTempDir } from "../support/tempdir.ts";

watchResources();

/** One download, so that the way is proven; then the commands of `f`, up to its data connection. */
async function onItsWay(control: ScriptedControl, size: string): Promise<Socket> {
  await control.expect("SIZE first");
  await control.reply("213 4");
  const first = await (await begun(control, "first")).accept();
  await control.reply("150 here");
  first.resume().end("data");
  await control.reply("226 done");
  await control.expect("SIZE f");
  await control.reply(size);
  return await (await begun(control, "f")).accept();
}

async function begun(control: ScriptedControl, name: string): ReturnType<typeof passive> {
  const data = await passive(control);
  await control.expect(`RETR ${name}`);
  return data;
}

/** `f` into a file of this machine, and what was called meanwhile. */
async function fetchSmall(
  script: (control: ScriptedControl, calls: string[], soonOver: Promise<void>) => Promise<void>,
): Promise<string[]> {
  const here = makeTempDir("ready");
  const calls: string[] = [];
  let tell = (): void => {};
  const soonOver = new Promise<void>((resolve) => {
    tell = resolve;
  });
  await using rig = await startRig((control) => script(control, calls, soonOver), {}, undefined, "220 (vsFTPd 3.0.3)");
  await textOf(rig.client.download("first"));
  const onSoonOver = (): void => {
    calls.push("soon over");
    tell();
  };
  const onDataComplete = (): void => void calls.push("data complete");
  const { signal } = new AbortController();
  const options = { signal, note: () => {}, onSoonOver, onDataComplete };
  await fetchFile(rig.client, "f", here.file("f"), options, () => {}).finally(() => here.remove());
  return calls;
}

test("a small file that is on its way lets the next one be made ready, but for its commands", async () => {
  const calls = await fetchSmall(async (control, sofar, soonOver) => {
    const f = await onItsWay(control, "213 4");
    await soonOver;
    expect(sofar).toEqual(["soon over"]);
    expect(control.unread()).toBe("");
    await control.reply("150 here");
    f.resume().end("data");
    await control.reply("226 done");
  });
  expect(calls).toEqual(["soon over", "data complete"]);
});

test("a large one does not: whoever took the next file would keep it for long", async () => {
  const size = limits.clientShortFileBytes + 1;
  const calls = await fetchSmall(async (control) => {
    const f = await onItsWay(control, `213 ${size}`);
    await control.reply("150 here");
    f.resume().end(Buffer.alloc(size));
    await control.reply("226 done");
  });
  expect(calls).toEqual(["data complete"]);
});
