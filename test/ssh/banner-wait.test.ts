import { createServer, type Server } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { isSallyportError, type SallyportError } from "../../src/protocol/error.ts";
import { limits } from "../../src/protocol/limits.ts";
import { BannerWait } from "../../src/ssh/banner-wait.ts";
import { connectEmbedded } from "../../src/ssh/embedded/connect-embedded.ts";
import { connectOpenSsh } from "../../src/ssh/openssh/connect-openssh.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { describePeers } from "../support/missing.ts";
import { watchResources } from "../support/resources.ts";
import { environment, failureOf, never } from "./openssh/environment.ts";

watchResources();

function waiting(limitMs?: number) {
  const clock = new FakeClock();
  const told: string[] = [];
  const failures: SallyportError[] = [];
  const wait = new BannerWait({
    clock,
    server: "h:22",
    limitMs,
    notify: (line) => told.push(line),
    fail: (error) => failures.push(error),
  });
  wait.start();
  return { clock, told, failures, wait };
}

describe("a port that says nothing", () => {
  test("is waited for with a word after 3 s, and given up after 15", () => {
    const { clock, told, failures } = waiting();
    clock.advance(2999);
    expect(told).toEqual([]);
    clock.advance(1);
    expect(told).toEqual(["Connected to h:22, and waiting for its SSH identification: is it an SSH server?"]);
    clock.advance(limits.sshBannerMs - 3001);
    expect(failures).toEqual([]);
    clock.advance(1);
    expect(failures.map(({ code, message }) => [code, message])).toEqual([
      ["SSH_CONNECT", "h:22 has sent no SSH identification in 15 s"],
    ]);
  });

  test("gets as long as ConnectTimeout says", () => {
    const { clock, failures } = waiting(60_000);
    clock.advance(59_999);
    expect(failures).toEqual([]);
    clock.advance(1);
    expect(failures).toHaveLength(1);
  });

  test("that says who it is in time is not spoken of", () => {
    const { clock, told, failures, wait } = waiting();
    wait[Symbol.dispose]();
    clock.advance(100_000);
    expect([told, failures]).toEqual([[], []]);
  });
});

test.each([
  ["220 ProFTPD ready", "an FTP or mail server"],
  ["HTTP/1.1 400 Bad Request", "a web server"],
  ["+OK POP3 ready", "a mail server (POP3)"],
  ["* OK IMAP ready", "a mail server (IMAP)"],
])("a server that says %j is %s, at once", (line, kind) => {
  const { failures, wait } = waiting();
  wait.line("a text before");
  wait.line(line);
  expect(failures[0]?.message).toBe(`h:22 is not an SSH server but ${kind}; it says "a text before"`);
});

describePeers(["ssh"], "both transports", () => {
  let server: Server | undefined;
  afterEach(() => new Promise<void>((resolve) => server?.close(() => resolve())));

  test.each([
    ["openssh", connectOpenSsh],
    ["embedded", connectEmbedded],
  ] as const)("%s: an FTP server in place of an SSH server is told at once", async (_, connect) => {
    server = createServer((socket) => {
      socket
        .on("error", () => {})
        .resume()
        .end("220 FTP ready\r\n");
    });
    await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const failure = await failureOf(connect({ host: "127.0.0.1", port, configFile: "none" }, environment(), never));
    expect(isSallyportError(failure)).toBe(true);
    expect(failure.message).toBe(
      `127.0.0.1:${port} is not an SSH server but an FTP or mail server; it says "220 FTP ready"`,
    );
  });
});
