// The server is lost in the middle of a transfer that is inside TLS on both sides: it is continued inside TLS.
import { afterAll, beforeAll, expect, test } from "vitest";
import { FtpClient } from "../../src/connect/index.ts";
import { openServer } from "../../src/index.ts";
import { definedProps } from "../../src/protocol/defined-props.ts";
import { downstreamTls, upstreamTls } from "../../src/tunnel/tls-policies.ts";
import { makeCertificatePair } from "../support/certificate.ts";
import { watchResources } from "../support/resources.ts";
import { makeTempDir, type TempDir } from "../support/tempdir.ts";
import { startGateway } from "./gateway-harness.ts";

watchResources();

const pair = makeCertificatePair();
const ca = pair.certificate;
/** More than fits into all buffers on the way. */
const content = Buffer.from("0123456789abcdef".repeat(750_000));

let files: TempDir;
beforeAll(() => {
  files = makeTempDir("tls");
});
afterAll(() => files.remove());

test("a download and an upload whose SSH connection is lost arrive whole, inside TLS from end to end", async () => {
  await using server = await openServer({
    files: files.path,
    users: [{ name: "alice", password: "secret" }],
    sync: false,
    listen: [{ port: 0 }],
    tls: { ...pair, required: true, requireReuse: true },
  });
  const { port = 0 } = server.listeners[0] ?? {};
  const forward = { port: 0, host: "127.0.0.1", hostPort: port };
  await using gateway = await startGateway({
    target: { host: "127.0.0.1", port },
    surviveMs: 120_000,
    ...definedProps({
      upstreamTls: upstreamTls(forward, { mode: "require", ca }),
      downstreamTls: downstreamTls(forward, { ...pair, required: true }),
    }),
  });
  const { host } = gateway;
  await using client = await FtpClient.connect({
    host,
    port: gateway.port,
    user: "alice",
    password: "secret",
    tls: { kind: "explicit", ca },
  });
  async function* inTwo(): AsyncGenerator<Buffer> {
    yield content.subarray(0, 8_000_000);
    gateway.lose("SSH connection lost: timeout");
    yield content.subarray(8_000_000);
  }
  await client.upload(inTwo(), "f");
  const pieces: Buffer[] = [];
  for await (const piece of client.download("f")) {
    if (pieces.push(piece as Buffer) === 1) gateway.lose("SSH connection lost: timeout");
  }
  expect(Buffer.concat(pieces).equals(content)).toBe(true);
  const sent = gateway.trace.flatMap((event) =>
    event.type === "ftp.command" && event.side === "upstream" ? [event.line.replace(/^(REST) .*/, "$1 n")] : [],
  );
  const times = (line: string): number => sent.filter((one) => one === line).length;
  expect([times("AUTH TLS"), times("PROT P"), times("USER alice")]).toEqual([3, 3, 3]);
  expect(sent).toContain("REST n");
});
