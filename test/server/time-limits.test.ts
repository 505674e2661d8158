// Limits of time, on a clock that stands still until it is told: who meets one hears why.
import { afterEach, describe, expect, test } from "vitest";
import { limits } from "../../src/protocol/limits.ts";
import { makeCertificatePair } from "../support/certificate.ts";
import { watchResources } from "../support/resources.ts";
import type { TestClient } from "../support/test-client.ts";
import { until } from "../support/until.ts";
import { type Engine, type EngineOptions, startEngine } from "./engine.ts";
import { someFiles } from "./odd-files.ts";

watchResources();

let engine: Engine;
afterEach(() => engine[Symbol.asyncDispose]());
const start = async (options: Partial<EngineOptions> = {}): Promise<TestClient> => {
  engine = await startEngine({ files: () => someFiles(), ...options });
  const peer = await engine.connect();
  await peer.reply();
  return peer;
};
const alive = async (peer: TestClient): Promise<void> => expect(await peer.code("NOOP")).toBe(200);

test("without a login it is 421 after serverLoginMs, and not before, whatever is said meanwhile", async () => {
  const peer = await start();
  engine.clock.advance(limits.serverLoginMs - 1);
  await alive(peer);
  await peer.command("USER x");
  engine.clock.advance(1);
  expect((await peer.reply()).lines).toEqual(["421 Login timeout (60 seconds): closing control connection."]);
  await peer.closed();
});

test("silence is 421 after serverIdleMs; each command begins it again", async () => {
  await start();
  const peer = await engine.login();
  for (let count = 0; count < 3; count += 1) {
    engine.clock.advance(limits.serverIdleMs - 1);
    await alive(peer);
  }
  engine.clock.advance(limits.serverIdleMs);
  expect((await peer.reply()).lines).toEqual(["421 Idle timeout (300 seconds): closing control connection."]);
  await peer.closed();
});

test("a transfer keeps a session from being idle, and ends with 426 when nothing moves for serverDataStallMs", async () => {
  await start();
  const peer = await engine.login();
  const data = await peer.passive();
  expect(await peer.code("STOR b")).toBe(150);
  for (let count = 1; count <= 5; count += 1) {
    data.write("x");
    await until("the byte to arrive", async () => {
      engine.clock.advance(limits.uploadGatherMs);
      return (await peer.command("STAT")).lines.some((line) => line.includes(` ${count} bytes so far`));
    });
    engine.clock.advance(limits.serverDataStallMs / 2);
  }
  engine.clock.advance(2 * limits.serverDataStallMs);
  expect((await peer.reply()).lines).toEqual(["426 Transfer aborted: no byte has moved for 120 s."]);
  await alive(peer);
});

test("a TLS handshake that does not come ends the session after tlsHandshakeMs", async () => {
  const peer = await start({ tls: makeCertificatePair() });
  expect(await peer.code("AUTH TLS")).toBe(234);
  await engine.clock.waitedFor(limits.tlsHandshakeMs);
  engine.clock.advance(limits.tlsHandshakeMs);
  await until("the session to end", () => engine.shared.sessions.size === 0);
});

describe("wrong passwords", () => {
  /** What is waited before the answer comes, in milliseconds. */
  async function attempt(peer: TestClient, password: string): Promise<[waited: number, line: string]> {
    await peer.command("USER x");
    const begin = engine.clock.nowMs();
    const answer = peer.command(`PASS ${password}`);
    let answered = false;
    void answer.then(() => {
      answered = true;
    });
    await until("the answer", () => {
      if (!answered) engine.clock.advance(100);
      return answered;
    });
    return [engine.clock.nowMs() - begin, (await answer).lines[0] ?? ""];
  }

  test("are answered slower and slower, and the fifth ends the session with the reason", async () => {
    const peer = await start();
    const waits: number[] = [];
    for (let count = 1; count < limits.loginFailuresMax; count += 1) {
      const [waited, line] = await attempt(peer, "wrong");
      expect(line).toBe("530 Login incorrect.");
      waits.push(waited);
    }
    for (const [index, least] of [500, 1500, 2500, 4500].entries()) expect(waits[index]).toBeGreaterThanOrEqual(least);
    expect((await attempt(peer, "wrong"))[1]).toBe("421 Maximum login attempts (5) exceeded.");
    await peer.closed();
    // Another session from there waits too, before the right password is even looked at.
    const next = await engine.connect();
    await next.reply();
    const [waited, line] = await attempt(next, "secret");
    expect(line).toMatch(/^230/);
    expect(waited).toBeGreaterThanOrEqual(8000);
  });

  test("cannot be hurried by ABOR, nor by hanging up", async () => {
    const peer = await start();
    await peer.command("USER x");
    peer.raw("PASS wrong\r\nABOR\r\n");
    await engine.clock.waitedFor(limits.loginDelayMsMin);
    peer[Symbol.dispose]();
    const next = await engine.connect();
    await next.reply();
    await next.command("USER x");
    const answer = next.code("PASS secret");
    await engine.clock.waitedFor(2 * limits.loginDelayMsMin);
    engine.clock.advance(2 * limits.loginDelayMsMin);
    expect(await answer).toBe(230);
  });
});

test("the reply to EPSV, PASV and LPSV leaves when the client has had a moment, or a pause where it had been silent for long", async () => {
  await start();
  const peer = await engine.login();
  const order = engine.clock.recordPauses();
  for (const [verb, silenceMs] of Object.entries({
    EPSV: 0,
    PASV: limits.longSilenceMs - 1,
    LPSV: limits.longSilenceMs,
  })) {
    engine.clock.advance(silenceMs);
    await peer.command(verb);
    order.push(verb);
  }
  expect(order).toEqual(["moment", "EPSV", "moment", "PASV", "pause", "LPSV"]);
});
