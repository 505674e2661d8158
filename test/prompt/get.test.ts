// What `get` at the prompt leaves when it is ended in the middle.
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Settings, Shell } from "../../src/prompt/shell.ts";
import { splitLine } from "../../src/prompt/split-line.ts";
import { transferCommands } from "../../src/prompt/transfer-commands.ts";
import { passive, startRig } from "../client/rig.ts";
import { watchResources } from "../support/resources.ts";
import { makeTempDir } from "../support/tempdir.ts";

watchResources();

test("the name is the whole file or none, and reget goes on with the part", async () => {
  await using here = makeTempDir("here");
  const stop = new AbortController();
  const reason = new Error("Ctrl-C");
  await using rig = await startRig(async (control) => {
    await control.expect("SIZE f");
    await control.reply("213 10");
    const first = await passive(control);
    await control.expect("RETR f");
    await control.reply("150 here it comes");
    const data = await first.accept();
    data.write("01234");
    await control.expect("ABOR");
    await control.reply("426 aborted");
    await control.reply("226 ok");
    data.destroy();
    // What it is now, and once more with the transfer.
    for (const _ of [1, 2]) {
      await control.expect("SIZE f");
      await control.reply("213 10");
    }
    const second = await passive(control);
    await control.expect("RETR f");
    await control.reply("150 here it comes");
    // The last bytes of the part come once more, and are compared.
    (await second.accept()).end("0123456789");
    await control.reply("226 ok");
  });
  const printed: string[] = [];
  const shell = {
    settings: { type: "binary", localDirectory: here.path } as Settings,
    signal: stop.signal,
    client: () => rig.client,
    print: (line: string) => void printed.push(line),
    nowMs: () => 0,
    progress: () => ({
      update: ({ bytes }: { bytes: number }) => {
        if (bytes === 5) stop.abort(reason);
      },
      erase: () => {},
      [Symbol.dispose]: () => {},
    }),
  } as unknown as Shell;
  const run = async (line: string, signal: AbortSignal): Promise<void> => {
    const [command, ...words] = splitLine(line);
    const row = transferCommands.find(({ name }) => name === command?.text);
    await row?.run({ ...shell, signal }, words);
  };
  await expect(run("get f", stop.signal)).rejects.toBe(reason);
  expect(readdirSync(here.path)).toEqual(["f.sallyport-part"]);
  expect(printed.at(-1)).toBe(`${here.file("f.sallyport-part")} keeps 5 bytes of it; reget continues there`);
  await run("reget f", new AbortController().signal);
  expect(readdirSync(here.path)).toEqual(["f"]);
  expect(readFileSync(here.file("f"), "utf8")).toBe("0123456789");
  await rig.server.finished();
});
