// What sshd makes of the two ways in which a connection can break, at either end of it. These are facts about OpenSSH that
// the gateway builds upon (src/ssh/openssh/README.md); a newer sshd may better them.
import { createServer, type Server, type Socket } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Connection } from "../../../src/platform/network.ts";
import type { OpenSshConnection } from "../../../src/ssh/openssh/openssh-connection.ts";
import { ending, readExactly, send } from "../../../src/testing/network/traffic.ts";
import { describePeers } from "../../support/missing.ts";
import { watchResources } from "../../support/resources.ts";
import { type Sshd, startSshd } from "../../support/sshd.ts";
import { connectTo, never } from "./environment.ts";

watchResources();

describePeers(["ssh", "sshd"], "at the remote end of a channel", () => {
  let sshd: Sshd;
  let connection: OpenSshConnection;
  let server: Server;

  beforeAll(async () => {
    sshd = await startSshd();
    connection = await connectTo(sshd);
    server = createServer({ allowHalfOpen: true });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterAll(async () => {
    await connection[Symbol.asyncDispose]();
    await new Promise((resolve) => server.close(resolve));
    await sshd.stop();
  });

  /** `far` is the program's own socket at the remote end. */
  async function pair(): Promise<{ near: Connection; far: Socket }> {
    const arrived = new Promise<Socket>((resolve) => server.once("connection", resolve));
    const { port } = server.address() as { port: number };
    const near = await connection.network.connect({ host: "127.0.0.1", port, signal: never });
    const far = await arrived;
    far.on("error", () => {});
    return { near, far };
  }

  it("our reset looks like an end-of-file: sshd knows no other way to close", async () => {
    const { near, far } = await pair();
    await send(near.stream, "half a file");
    near.reset();
    expect(await ending(far)).toBe("end");
    far.destroy();
    await near.closed;
  });

  it("a program's reset looks like an end-of-file here, once we have ended, too", async () => {
    const { near, far } = await pair();
    far.resetAndDestroy();
    expect(await ending(near.stream)).toBe("end");
    near.stream.end();
    expect(await near.closed).toMatchObject({ by: "remote", how: "fin" });
  });

  it("a program's reset breaks what we are still writing", async () => {
    const { near, far } = await pair();
    const close = near.closed;
    near.stream.write(Buffer.alloc(32_000_000), () => {});
    near.stream.resume();
    await new Promise((resolve) => far.once("readable", resolve));
    far.resetAndDestroy();
    expect(await close).toMatchObject({ by: "remote", how: "reset", error: { code: "NET_RESET" } });
  });

  it("the last words of a program that closes while we write are not lost", async () => {
    const { near, far } = await pair();
    await send(near.stream, "QUIT\r\n");
    await readExactly(far, 6);
    far.end("221 Goodbye.\r\n");
    far.destroySoon();
    await new Promise((resolve) => far.once("close", resolve));
    const writing = (): void => {
      if (!near.stream.destroyed) near.stream.write("NOOP\r\n", (error) => error ?? setImmediate(writing));
    };
    writing();
    expect((await readExactly(near.stream, 14)).toString()).toBe("221 Goodbye.\r\n");
    near.reset();
    await near.closed;
  });
});
