// Our own SSH server with Dropbear's client, which sends the first packet of its key exchange on a guess.
import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import type { AuthenticateSsh } from "../../src/ssh/embedded/server/options.ts";
import { runClient } from "../support/clients/run-client.ts";
import { describePeers } from "../support/missing.ts";
import { watchResources } from "../support/resources.ts";
import { startSshServer } from "../support/ssh-server.ts";
import { makeTempDir } from "../support/tempdir.ts";

watchResources();

describePeers(["dbclient"], "dbclient", () => {
  test("gets past the key exchange, and logs in with its key", async () => {
    const here = makeTempDir("dropbear");
    const told = execFileSync("dropbearkey", ["-t", "ed25519", "-f", here.file("key")], { encoding: "utf8" });
    const known = /ssh-ed25519 (\S+)/.exec(told)?.[1];
    const authenticate: AuthenticateSsh = async (attempt) =>
      attempt.method === "publickey" && Buffer.from(attempt.key).toString("base64") === known
        ? { name: attempt.user }
        : undefined;
    const ours = await startSshServer({ authenticate });
    try {
      // -yy: the host key is not looked up, and not kept.
      const args = ["-yy", "-i", here.file("key"), "-p", String(ours.port), "alice@127.0.0.1", "true"];
      expect(await runClient("dbclient", args)).toMatchObject({ exit: 0 });
    } finally {
      await ours.stop();
      here.remove();
    }
  });
});
