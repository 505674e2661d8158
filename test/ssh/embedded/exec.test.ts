// A command at the far end, run by a real sshd.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { EmbeddedConnection } from "../../../src/ssh/embedded/embedded-connection.ts";
import { describePeers } from "../../support/missing.ts";
import { watchResources } from "../../support/resources.ts";
import { type Sshd, startSshd } from "../../support/sshd.ts";
import { failureOf, never, openTo } from "./open.ts";

watchResources();

describePeers(["sshd"], "a command at the far end, by the embedded transport", () => {
  let sshd: Sshd;
  let connection: EmbeddedConnection;
  const run = (command: string) => connection.exec(command, { signal: never });

  beforeAll(async () => {
    sshd = await startSshd();
    connection = await openTo(sshd);
  });
  afterAll(async () => {
    await connection[Symbol.asyncDispose]();
    await sshd.stop();
  });

  test("gives its output and its exit status", async () => {
    expect(await run("printf 'gr\\303\\274n'; exit 3")).toEqual({ exitCode: 3, stdout: "gr\u00fcn" });
    expect(await run("true")).toEqual({ exitCode: 0, stdout: "" });
  });

  test("that closes its output before it ends still gives its status", async () => {
    // The end-of-file of the output comes first, exit-status later (RFC 4254 section 6.10 orders neither).
    expect(await run("echo out; exec >&- 2>&-; sleep 0.2; exit 3")).toEqual({ exitCode: 3, stdout: "out\n" });
  });

  test("may write any amount to standard error", async () => {
    expect(await run("head -c 40000000 /dev/zero >&2; echo done")).toEqual({ exitCode: 0, stdout: "done\n" });
  });

  test("finds its standard input at its end", async () => {
    expect(await run("cat; echo end")).toEqual({ exitCode: 0, stdout: "end\n" });
  });

  test("that ends by a signal has ssh's exit status for that", async () => {
    expect(await run("kill -TERM $$")).toEqual({ exitCode: 255, stdout: "" });
  });

  test("that writes too much is stopped", async () => {
    expect((await failureOf(run("yes"))).code).toBe("LIMIT_REPLY");
    await expect.poll(() => connection.open).toEqual([]);
  });

  test("that is aborted rejects with the reason untouched", async () => {
    const reason = { not: "even an error" };
    await expect(connection.exec("true", { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const running = connection.exec("sleep 1", { signal: controller.signal });
    setImmediate(() => controller.abort(reason));
    await expect(running).rejects.toBe(reason);
  });
});
