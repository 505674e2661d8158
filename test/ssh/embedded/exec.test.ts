import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../../../src/network/system-clock.ts";
import { systemRandom } from "../../../src/network/system-random.ts";
import { connectEmbedded } from "../../../src/ssh/embedded/connect-embedded.ts";
import type { SshConnection } from "../../../src/ssh/ssh-connection.ts";
import { describePeers } from "../../support/missing.ts";
import { watchResources } from "../../support/resources.ts";
import { type Sshd, startSshd } from "../../support/sshd.ts";

watchResources();

describePeers(["sshd"], "a command at the far end, by the embedded transport", () => {
  let sshd: Sshd;
  let connection: SshConnection;
  const { signal } = new AbortController();

  beforeAll(async () => {
    sshd = await startSshd();
    const options = { host: sshd.hostAlias, configFile: sshd.configFile };
    connection = await connectEmbedded(options, { clock: systemClock, random: systemRandom, emit: () => {} }, signal);
  });
  afterAll(async () => {
    await connection[Symbol.asyncDispose]();
    await sshd.stop();
  });

  test("gives its output and its status", async () => {
    expect(await connection.exec("echo out; exit 7", { signal })).toEqual({ exitCode: 7, stdout: "out\n" });
  });

  test("that closes its output before it ends still gives its status", async () => {
    // The end-of-file of the output comes first, exit-status later (RFC 4254 section 6.10 orders neither).
    const command = "echo out; exec >&- 2>&-; sleep 0.2; exit 3";
    expect(await connection.exec(command, { signal })).toEqual({ exitCode: 3, stdout: "out\n" });
  });

  test("that reads its standard input finds it empty", async () => {
    expect(await connection.exec("cat; echo end", { signal })).toEqual({ exitCode: 0, stdout: "end\n" });
  });
});
