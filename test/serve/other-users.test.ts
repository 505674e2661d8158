// Other users of the machine on which `serve` runs: on loopback their address is the client's.
import { expect, it } from "vitest";
import { startRig } from "../server/rig.ts";
import { describePeers } from "../support/missing.ts";
import { nobody, startOther } from "../support/other-process.ts";
import { watchResources } from "../support/resources.ts";
import { makeTempDir } from "../support/tempdir.ts";

watchResources();

/** Connects, sends a forged file, and prints how the connection ended. */
const attacker = `
  const socket = net.connect({ port: Number(args[0]), host: "127.0.0.1", allowHalfOpen: true }, () => socket.write("forged"));
  let got = 0;
  socket.on("data", (chunk) => { got += chunk.length; });
  socket.on("end", () => say("end " + got));
  socket.on("error", (error) => say(error.code + " " + got));`;

describePeers(["root"], "a data port of the server", () => {
  it("is the client's own user's: another one is dropped, and the client is served", async () => {
    await using rig = await startRig();
    const peer = await rig.login();
    const port = await peer.passivePort();
    await using other = startOther(attacker, [String(port)], nobody);
    expect(await other.line()).toBe("ECONNRESET 0");
    expect(rig.events.filter(({ type }) => type === "data.rejected-peer")).toHaveLength(1);
    const data = await peer.connectData({ port });
    data.end("mine");
    expect(await peer.code("STOR f")).toBe(150);
    expect((await peer.reply()).code).toBe(226);
  });

  it("is anybody's with checkUser false", async () => {
    await using rig = await startRig({ checkUser: false });
    const peer = await rig.login();
    const port = await peer.passivePort();
    await using other = startOther(attacker.replace('write("forged")', 'end("forged")'), [String(port)], nobody);
    expect(await peer.code("STOR f")).toBe(150);
    expect((await peer.reply()).code).toBe(226);
    expect(await other.line()).toBe("end 0");
  });
});

/** Prints the first words of the server. */
const greeted = `net.connect(Number(args[0]), "127.0.0.1").on("data", (text) => say(String(text).trim()));`;

describePeers(["root"], "a server for one user of this machine", () => {
  it("turns away others, root too", async () => {
    await using rig = await startRig({ allowUsers: [String(nobody)] });
    const root = await rig.connect();
    expect(await root.expect(421)).toContain("for other users");
    await using other = startOther(greeted, [String(rig.port)], nobody);
    expect(await other.line()).toMatch(/^220 /);
  });

  it("turns them away at its SSH port, too", async () => {
    await using dir = makeTempDir("allow-user");
    await using rig = await startRig({
      allowUsers: [String(nobody)],
      ssh: { port: 0, hostKeyFile: dir.file("host_key") },
    });
    const port = String(rig.server.ssh?.port);
    await using root = startOther(greeted, [port]);
    expect(await root.line()).toBe("This port is for other users of this machine.");
    expect(rig.events.filter(({ type }) => type === "client.refused")).toHaveLength(1);
    await using other = startOther(greeted, [port], nobody);
    expect(await other.line()).toMatch(/^SSH-2\.0-/);
  });
});
