// Passwords of system users at a real sshd, its own way and through PAM.
import { expect, test } from "vitest";
import { describePeers } from "../../support/missing.ts";
import { watchResources } from "../../support/resources.ts";
import { startSshd } from "../../support/sshd.ts";
import { makeSystemUser } from "../../support/system-user.ts";
import { failureOf, never, openTo, witness } from "./open.ts";

watchResources();

const clientLines = ["PubkeyAuthentication no"];

describePeers(["sshd", "root"], "a system user", () => {
  test("logs in with the password", async () => {
    await using user = await makeSystemUser("/tmp");
    await using sshd = await startSshd({ lines: ["PasswordAuthentication yes"], clientLines });
    const seen = witness([user.password]);
    await using connection = await openTo(sshd, { user: user.name }, seen);
    expect((await connection.exec("id -un", never)).stdout).toBe(`${user.name}\n`);
    const aborted = new AbortController();
    const running = connection.exec("sleep 60", aborted.signal);
    setImmediate(() => aborted.abort(new Error("enough")));
    await expect(running).rejects.toThrow("enough");
    await expect.poll(() => connection.open).toEqual([]); // sshd has ended it, which it does for all but root
    const failure = await failureOf(openTo(sshd, { user: user.name }, witness(["wrong", "worse", "worst"])));
    expect(failure).toMatchObject({
      code: "SSH_AUTH",
      message: expect.stringMatching(/tried password; the server takes publickey, password$/),
    });
  });

  test("logs in with the password that PAM asks for", async () => {
    await using user = await makeSystemUser("/tmp");
    const lines = ["UsePAM yes", "KbdInteractiveAuthentication yes"];
    await using sshd = await startSshd({ lines, clientLines });
    const seen = witness([user.password]);
    await using connection = await openTo(sshd, { user: user.name }, seen);
    expect((await connection.exec("id -un", never)).stdout).toBe(`${user.name}\n`);
    expect(seen.asked).toMatchObject([
      { kind: "password", echo: false, text: expect.stringMatching(/\) Password: $/) },
    ]);
  });
});
