// The program `serve`, which lets the system send what is left of a large file, and a real client.
import { createHash } from "node:crypto";
import { createReadStream, writeFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { limits } from "../../src/protocol/limits.ts";
import { type BuiltProgram, buildProgram, start } from "../cli/support/built-program.ts";
import { runCurl } from "../support/clients.ts";
import { describePeers } from "../support/missing.ts";
import { watchResources } from "../support/resources.ts";
import { makeTempDir } from "../support/tempdir.ts";

watchResources();

/** The system sends the last of it where the first part went quickly. */
const bytes = limits.systemSendBehindBytes + limits.systemSendFromBytes + 54_321;

/** No two places in it are alike. */
function content(): Buffer {
  const words = new Uint32Array(Math.ceil(bytes / 4)).map((_, index) => Math.imul(index, 2_654_435_761));
  return Buffer.from(words.buffer, 0, bytes);
}

const digest = (bytes: Uint8Array): string => createHash("sha1").update(bytes).digest("hex");

async function digestOf(file: string): Promise<string> {
  const hash = createHash("sha1");
  for await (const piece of createReadStream(file)) hash.update(piece as Buffer);
  return hash.digest("hex");
}

describePeers(["curl"], "the program serve", () => {
  let program: BuiltProgram;
  beforeAll(() => {
    program = buildProgram();
  });

  test("gives curl a large file whole, from its beginning and from the middle on", async () => {
    const here = makeTempDir("serve-program");
    const large = content();
    writeFileSync(here.file("large"), large);
    await using serving = start(program.real, ["serve", here.path, "--listen", "0", "--anonymous"]);
    const [, port] = await serving.sees(/^ftp:\/\/127\.0\.0\.1:(\d+)/m);
    const url = `ftp://127.0.0.1:${port}/large`;
    const whole = await runCurl([url, "-o", here.file("whole")]);
    expect(whole.exit, whole.stderr).toBe(0);
    expect(await digestOf(here.file("whole"))).toBe(digest(large));
    const rest = await runCurl(["-r", "54321-", url, "-o", here.file("rest")]);
    expect(rest.exit, rest.stderr).toBe(0);
    expect(await digestOf(here.file("rest"))).toBe(digest(large.subarray(54_321)));
    serving.kill("SIGTERM");
    expect(await serving.ended).toBe("exit 0");
    here.remove();
  });
});
