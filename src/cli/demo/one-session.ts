// One FTP session: a listing, a download and an upload, each compared with what lies at the server.
import { latin1FromBytes } from "../../protocol/latin1.ts";
import type { Scene } from "./act.ts";
import { compare, wrong } from "./compare.ts";
import { demoFiles, everyByteBackwards, readStored } from "./files.ts";
import { demoLogin } from "./stage.ts";
import type { DataMode } from "./user-pi/data-modes.ts";
import { receive, send } from "./user-pi/transfers.ts";
import { UserPi } from "./user-pi/user-pi.ts";

const downloaded = "every-byte.bin";

/** `name`: of the file that is put, `from-NAME.bin`. */
export function oneSession(mode: DataMode, name: string): (scene: Scene) => Promise<void> {
  return async ({ stage, passage, signal, step }) => {
    const [{ files }] = stage.sites;
    await using pi = await UserPi.open(passage.entrances[0], demoLogin, signal);
    await pi.ask(2, "TYPE", "I");
    await step("list", async () => checkListing(await receive(pi, mode, "LIST")));
    await step("download", async () => {
      const stored = await readStored(files, `/${downloaded}`, signal);
      return compare(downloaded, await receive(pi, mode, "RETR", downloaded), stored);
    });
    await step("upload", async () => {
      const uploaded = `from-${name}.bin`;
      await send(pi, mode, uploaded, everyByteBackwards);
      return compare(uploaded, await readStored(files, `/${uploaded}`, signal), everyByteBackwards);
    });
    await pi.quit();
  };
}

/** Every file must be there with its size. */
function checkListing(bytes: Uint8Array): string {
  const lines = latin1FromBytes(bytes).split("\r\n").slice(0, -1);
  for (const [name, { length }] of Object.entries(demoFiles)) {
    const line = lines.find((each) => each.endsWith(` ${name}`));
    if (line === undefined) throw wrong(`${name} is not in the listing`);
    if (!line.split(/ +/).includes(String(length))) throw wrong(`${name} is listed with a wrong size: ${line}`);
  }
  return `${lines.length} lines, each file with its size`;
}
