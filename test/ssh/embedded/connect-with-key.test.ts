// A connection for which everything is given: nothing of this machine's configuration, files and agent plays a part.
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../../../src/network/system-clock.ts";
import { systemRandom } from "../../../src/network/system-random.ts";
import { connectWithKey } from "../../../src/ssh/embedded/connect-with-key.ts";
import { generateKey } from "../../../src/ssh/embedded/generate-key.ts";
import type { SshConnection } from "../../../src/ssh/ssh-connection.ts";
import { describePeers } from "../../support/missing.ts";
import { watchResources } from "../../support/resources.ts";
import { clientKey, hostKey } from "../../support/ssh-keys.ts";
import { type Sshd, startSshd } from "../../support/sshd.ts";

watchResources();

describePeers(["sshd"], "a connection with a key that is given", () => {
  let sshd: Sshd;
  beforeAll(async () => {
    sshd = await startSshd();
  });
  afterAll(() => sshd.stop());

  function connect(
    wrong: { readonly hostKey?: string; readonly privateKey?: string } = {},
    signal = new AbortController().signal,
  ): Promise<SshConnection> {
    const { address: host, port, user } = sshd;
    const right = { hostKey: hostKey().publicKey.trim(), privateKey: clientKey().privateKey };
    const environment = { clock: systemClock, random: systemRandom, emit: () => {} };
    return connectWithKey({ host, port, user, ...right, ...wrong }, environment, signal);
  }

  test("logs in, and the remote end can be used", async () => {
    await using connection = await connect();
    expect(await connection.exec("echo here", new AbortController().signal)).toMatchObject({
      stdout: "here\n",
    });
  });

  test("takes no other host key", async () => {
    await expect(connect({ hostKey: generateKey().publicKey })).rejects.toMatchObject({
      code: "SSH_HOST_KEY",
    });
  });

  test("is refused with a key that the server does not know", async () => {
    await expect(connect({ privateKey: generateKey().privateKey })).rejects.toMatchObject({
      code: "SSH_AUTH",
    });
  });

  test.each([
    ["host key", { hostKey: "ssh-ed25519 nonsense" }],
    ["private key", { privateKey: "nonsense" }],
  ])("a %s that is none is CONFIG_INVALID", async (_what, wrong) => {
    await expect(connect(wrong)).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  });

  test("an abort beforehand is rethrown", async () => {
    const reason = new Error("enough");
    await expect(connect({}, AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});
