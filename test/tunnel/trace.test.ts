import { expect, test } from "vitest";
import type { TraceEvent } from "../../src/platform/trace.ts";
import { startMiniFtpServer } from "../support/mini-ftp-server.ts";
import { watchResources } from "../support/resources.ts";
import { TestClient } from "../support/test-client.ts";
import { until } from "../support/until.ts";
import { openLocalTunnel } from "./local-tunnel.ts";

watchResources();

const dialogue = ["ftp.command", "ftp.reply"];

/** Of two downloads, what is traced behind the first one's command. */
async function tracedTypes(traceTransfers: boolean): Promise<ReadonlySet<string>> {
  const traced: TraceEvent[] = [];
  await using server = await startMiniFtpServer();
  server.files.set("f", Buffer.from("content"));
  await using tunnel = await openLocalTunnel([server.port], { traceTransfers, trace: (event) => traced.push(event) });
  const { host = "", port = 0 } = tunnel.forwards[0] ?? {};
  {
    using client = await TestClient.loggedIn({ host, port });
    expect(traced.map(({ type }) => type)).toEqual(expect.arrayContaining(dialogue));
    await client.download("RETR f");
    traced.length = 0;
    await client.download("RETR f");
    await client.ask("QUIT", 221);
  }
  await until("the session is over", () => traced.some(({ type }) => type === "session.close"));
  return new Set(traced.map(({ type }) => type));
}

test("all of a transfer is traced", async () => {
  expect(await tracedTypes(true)).toEqual(
    new Set([...dialogue, "data.listen", "data.open", "data.half-close", "data.close", "session.close"]),
  );
});

test("without traceTransfers its data connections are, and not what is said", async () => {
  expect(await tracedTypes(false)).toEqual(new Set(["data.open", "session.close"]));
});
