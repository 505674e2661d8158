// Whether an FTP server can be used is looked at before the first client comes. What would be SSH is this machine here.
import { describe, expect, it } from "vitest";
import { raceAbort } from "../../src/platform/abort.ts";
import { Deferred } from "../../src/platform/deferred.ts";
import type { Network } from "../../src/platform/network.ts";
import type { TraceEvent } from "../../src/platform/trace.ts";
import { SallyportError } from "../../src/protocol/error.ts";
import { freePort } from "../support/free-port.ts";
import { watchResources } from "../support/resources.ts";
import { until } from "../support/until.ts";
import { openLocalTunnel, speaker } from "./local-tunnel.ts";

watchResources();

describe("a tunnel that waits for the check", () => {
  it("opens where each server greets", async () => {
    await using ftp = await speaker("220-Hello\r\n220 ready\r\n");
    await using tunnel = await openLocalTunnel([ftp.port, ftp.port], { check: "wait" });
    expect(tunnel.forwards).toHaveLength(2);
  });

  it.each([
    [
      "takes no sessions",
      "421 Too many users.\r\n",
      "FTP_REPLY_TRANSIENT",
      /^the FTP server 127.0.0.1:\d+: .*421 Too many users/,
    ],
    ["is another service", "SSH-2.0-OpenSSH_9.2\r\n", "FTP_PROTOCOL_REMOTE", /does not greet as an FTP server/],
  ])("fails where a server %s, and leaves nothing open", async (_what, line, code, message) => {
    await using ftp = await speaker("220 ready\r\n");
    await using other = await speaker(line);
    await expect(openLocalTunnel([ftp.port, other.port], { check: "wait" })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
      hint: expect.any(String),
    });
  });

  it("fails with one that is wrong, and the others are events", async () => {
    await using one = await speaker("421 Too many users.\r\n");
    await using other = await speaker("SSH-2.0-OpenSSH_9.2\r\n");
    const events: TraceEvent[] = [];
    const trace = (event: TraceEvent): void => void events.push(event);
    await expect(openLocalTunnel([one.port, other.port], { check: "wait", trace })).rejects.toMatchObject({
      message: expect.stringContaining(`:${one.port}`),
    });
    expect(events).toEqual([
      expect.objectContaining({ type: "target.unfit", reason: expect.stringContaining(`:${other.port}`) }),
    ]);
  });

  it("fails where nothing can be reached", async () => {
    await expect(openLocalTunnel([await freePort()], { check: "wait" })).rejects.toMatchObject({ code: "NET_REFUSED" });
  });
});

describe("a tunnel that reports", () => {
  it("is ready meanwhile, and what is wrong is an event", async () => {
    await using other = await speaker("SSH-2.0-OpenSSH_9.2\r\n");
    const events: TraceEvent[] = [];
    await using _tunnel = await openLocalTunnel([other.port], {
      check: "report",
      trace: (event) => void events.push(event),
    });
    const [event] = await until("the check is over", () => (events.length > 0 ? events : undefined));
    expect(event).toMatchObject({ type: "target.unfit", session: 0, hint: expect.stringContaining("-L") });
  });

  it("that is closed meanwhile says nothing about the server", async () => {
    const asked = new Deferred<undefined>();
    const ended = new Deferred<undefined>();
    const events: TraceEvent[] = [];
    const network: Network = {
      name: "ssh-host",
      connect: async ({ signal }) => {
        asked.resolve(undefined);
        await raceAbort(ended.promise, signal);
        throw new SallyportError("CLOSED", "the SSH connection is closed");
      },
      listen: () => Promise.reject(new Error("not here")),
    };
    const tunnel = await openLocalTunnel(
      [21],
      { check: "report", trace: (event) => void events.push(event) },
      { network, beforeLost: () => ended.resolve(undefined) },
    );
    await asked.promise;
    await tunnel[Symbol.asyncDispose]();
    expect(events).toEqual([]);
  });

  it("that is closed meanwhile ends the look at a server that says nothing", async () => {
    await using silent = await speaker("");
    const tunnel = await openLocalTunnel([silent.port], { check: "report" });
    await tunnel[Symbol.asyncDispose]();
  });
});
