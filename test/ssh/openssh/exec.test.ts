import { afterAll, beforeAll, expect, it } from "vitest";
import { limits } from "../../../src/protocol/limits.ts";
import type { OpenSshConnection } from "../../../src/ssh/openssh/openssh-connection.ts";
import { describePeers } from "../../support/missing.ts";
import { watchResources } from "../../support/resources.ts";
import { type Sshd, startSshd } from "../../support/sshd.ts";
import { connectTo, failureOf, never } from "./environment.ts";

watchResources();

describePeers(["ssh", "sshd"], "exec", () => {
  let sshd: Sshd;
  let connection: OpenSshConnection;

  beforeAll(async () => {
    sshd = await startSshd();
    connection = await connectTo(sshd);
  });
  afterAll(async () => {
    await connection[Symbol.asyncDispose]();
    await sshd.stop();
  });

  it("gives the exit status every time, also of a command that ends at once", async () => {
    const codes = Array.from({ length: 20 }, (_, code) => code);
    const results = await Promise.all(codes.map((code) => connection.exec(`exit ${code}`, { signal: never })));
    expect(results.map(({ exitCode }) => exitCode)).toEqual(codes);
  });

  it("gives 128 and the signal's number for a command that was killed", async () => {
    expect((await connection.exec("kill -TERM $$", { signal: never })).exitCode).toBe(143);
  });

  it("gives standard output as text, and nothing of standard error", async () => {
    const { stdout } = await connection.exec("printf 'gr\\303\\274n'; echo oops >&2", { signal: never });
    expect(stdout).toBe("grün");
  });

  it("sends the command as UTF-8", async () => {
    expect((await connection.exec("printf %s 'ü€'", { signal: never })).stdout).toBe("ü€");
  });

  it("ends a command's standard input at once", async () => {
    expect(await connection.exec("cat", { signal: never })).toEqual({ exitCode: 0, stdout: "" });
  });

  it("takes output up to its limit and fails at a byte more", async () => {
    const most = limits.sshExecOutputBytesMax;
    const { stdout } = await connection.exec(`head -c ${most} /dev/zero`, { signal: never });
    expect(stdout.length).toBe(most);
    const tooMuch = connection.exec(`head -c ${most + 1} /dev/zero`, { signal: never });
    expect((await failureOf(tooMuch)).code).toBe("LIMIT_REPLY");
  });

  it("aborted rejects with the reason untouched, and the channel goes", async () => {
    const controller = new AbortController();
    const reason = { not: "even an error" };
    const running = connection.exec("sleep 60", { signal: controller.signal });
    await sshd.waitForLog(/Starting session: command/);
    controller.abort(reason);
    await expect(running).rejects.toBe(reason);
    await expect(connection.exec("true", { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await expect.poll(() => connection.leftovers).toEqual([]);
  });
});
