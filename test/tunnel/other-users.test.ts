// A tunnel that certain users of this machine may use, and nobody else.
import { describe, expect, it } from "vitest";
import { admitOnly } from "../../src/network/allowed-users.ts";
import type { TraceEvent } from "../../src/platform/trace.ts";
import { describePeers } from "../support/missing.ts";
import { nobody, startOther } from "../support/other-process.ts";
import { watchResources } from "../support/resources.ts";
import { TestClient } from "../support/test-client.ts";
import { openLocalTunnel, speaker } from "./local-tunnel.ts";

watchResources();

/** Prints what it is greeted with. */
const visitor = `net.connect(Number(args[0]), args[1]).on("data", (text) => say(String(text).trim()));`;

describePeers(["root"], "a tunnel for one user", () => {
  it.each(["127.0.0.1", "::1"])("lets that one in, and turns away others, root too (%s)", async (host) => {
    await using ftp = await speaker("220 ready\r\n");
    const events: TraceEvent[] = [];
    const allowUsers = [String(nobody)];
    await using tunnel = await openLocalTunnel([ftp.port], { allowUsers, trace: (event) => void events.push(event) });
    const port = tunnel.forwards[0]?.port ?? 0;
    await using root = await TestClient.connect({ host, port });
    expect(await root.expect(421)).toContain("for other users");
    await using other = startOther(visitor, [String(port), host], nobody);
    expect(await other.line()).toBe("220 ready");
    expect(events.filter(({ type }) => type === "client.refused")).toHaveLength(1);
    expect(events.filter(({ type }) => type === "session.open")).toHaveLength(1);
  });
});

describe("the users that may come in", () => {
  it("are known by name", async () => {
    const mayEnter = await admitOnly(["nobody"], "linux");
    expect(await mayEnter?.({ local: { host: "192.0.2.1", port: 21 }, remote: { host: "192.0.2.2", port: 1 } })).toBe(
      false,
    );
  });

  it.each([
    ["nobody.such", "linux", /no user "nobody\.such"/],
    ["-u", "linux", /no user "-u"/],
    ["root", "darwin", /Linux only/],
  ] as const)("%s on %s is CONFIG_INVALID", async (name, platform, message) => {
    await expect(admitOnly([name], platform)).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: expect.stringMatching(message),
    });
  });
});
