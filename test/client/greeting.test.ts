// A server that says nothing, and one that speaks in the clear where TLS was expected.

import { expect, test } from "vitest";
import { openClient } from "../../src/client/client-calls.ts";
import { FtpClient } from "../../src/connect/index.ts";
import { systemNetwork } from "../../src/network/system-network.ts";
import type { TraceEventBody } from "../../src/platform/trace.ts";
import { limits } from "../../src/protocol/limits.ts";
import { clientParts } from "../support/client-parts.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { watchResources } from "../support/resources.ts";
import { startScriptedServer } from "../support/scripted-server.ts";

watchResources();

test("silence in place of a greeting is told after some seconds, with what it may mean, and ends in an error", async () => {
  await using server = await startScriptedServer(async () => {});
  const clock = new FakeClock();
  const events: TraceEventBody[] = [];
  const { host, port } = server;
  const environment = {
    network: systemNetwork,
    clock,
    now: () => 0,
    emit: (event: TraceEventBody) => events.push(event),
  };
  const opening = openClient({ host, port }, environment, clientParts);
  opening.catch(() => {});
  await clock.waitedFor(limits.clientGreetingNoteMs);
  clock.advance(limits.clientGreetingNoteMs);
  const note = `${host}:${port} has sent nothing so far. It may want TLS from the first byte (ftps://, `;
  expect(events).toEqual([
    { type: "control.open", host, port },
    { type: "relay.note", note: expect.stringContaining(note) },
  ]);
  clock.advance(limits.clientReplyMs);
  await expect(opening).rejects.toMatchObject({
    code: "NET_TIMEOUT",
    message: `${host}:${port} has sent no greeting within 60 s`,
    hint: expect.stringContaining("--implicit-tls"),
  });
});

test("TLS from the first byte at a port that speaks in the clear: the error says so, and names --tls", async () => {
  await using server = await startScriptedServer((control) => control.reply("220 in the clear"));
  const { host, port } = server;
  await expect(FtpClient.connect({ host, port, tls: { kind: "implicit" } })).rejects.toMatchObject({
    code: "NET_TLS",
    hint: expect.stringMatching(/in the clear.*--tls \(AUTH TLS\)/),
  });
});
