// Who comes while the SSH connection is down is kept as long as --hold says, through attempts that fail.
import { expect, test } from "vitest";
import { ReconnectingSsh } from "../../src/ssh/reconnecting-ssh.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { Attempt, failure } from "./attempt.ts";

const never = new AbortController().signal;

interface Scene {
  readonly clock: FakeClock;
  /** The nth attempt, once it has begun. */
  began(count: number): Promise<Attempt>;
  /** What became of who asks: "connected", or why not. */
  readonly outcome: Promise<string>;
}

/** Connected, lost, and somebody asks for it. */
async function askWhileDown(): Promise<Scene> {
  const clock = new FakeClock();
  const attempts: Attempt[] = [];
  const ssh = new ReconnectingSsh({
    target: "me@host",
    connect: (signal) => {
      const attempt = new Attempt(signal);
      attempts.push(attempt);
      return attempt.connection;
    },
    clock,
    noCommand: true,
    background: { emit: () => {}, onGivenUp: () => {}, holdMs: 60_000 },
  });
  const began = async (count: number): Promise<Attempt> => {
    await expect.poll(() => attempts.length, { interval: 1 }).toBe(count);
    return attempts[count - 1] as Attempt;
  };
  const first = ssh.start(never);
  (await began(1)).succeed();
  await first;
  // It was used: else it is made again only once (sshd's UnusedConnectionTimeout).
  await ssh.current(never);
  (attempts[0] as Attempt).lose(failure("SSH_DISCONNECTED"));
  await ssh.lost;
  const outcome = ssh.current(never).then(
    () => "connected",
    (error: Error) => error.message,
  );
  return { clock, began, outcome };
}

test("an attempt that fails is not the end", async () => {
  const { clock, began, outcome } = await askWhileDown();
  for (const number of [2, 3, 4]) {
    (await began(number)).fail(failure("SSH_CONNECT"));
    const waitMs = Math.min(1000 * 2 ** (number - 1), 5000);
    await clock.waitedFor(waitMs);
    clock.advance(waitMs);
  }
  (await began(5)).succeed();
  expect(await outcome).toBe("connected");
});

test("when the time is over the last failure is told", async () => {
  const { clock, began, outcome } = await askWhileDown();
  (await began(2)).fail(failure("SSH_CONNECT"));
  await clock.waitedFor(2000);
  clock.advance(2000);
  await began(3);
  clock.advance(60_000);
  expect(await outcome).toMatch(/^the SSH connection to me@host is down: .*SSH_CONNECT/);
});

test("nobody is kept when the login is refused", async () => {
  const { began, outcome } = await askWhileDown();
  (await began(2)).fail(failure("SSH_AUTH"));
  expect(await outcome).toMatch(/^the SSH connection to me@host is down/);
});
