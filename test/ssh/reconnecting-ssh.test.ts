// The life of a kept SSH connection, in virtual time, over a transport that does what the test says.
import { beforeEach, describe, expect, test } from "vitest";
import type { TraceEventBody } from "../../src/platform/trace.ts";
import type { SallyportError } from "../../src/protocol/error.ts";
import { ReconnectingSsh } from "../../src/ssh/reconnecting-ssh.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { Attempt, failure } from "./attempt.ts";

const never = new AbortController().signal;

let clock: FakeClock;
let attempts: Attempt[];
let events: TraceEventBody[];
let givenUp: SallyportError[];
/** Settles when that many attempts have begun. */
let began: (count: number) => Promise<Attempt>;

beforeEach(() => {
  clock = new FakeClock();
  attempts = [];
  events = [];
  givenUp = [];
  began = async (count) => {
    await expect.poll(() => attempts.length, { interval: 1 }).toBe(count);
    return attempts[count - 1] as Attempt;
  };
});

function make(kind: "background" | "on demand", noCommand = true): ReconnectingSsh {
  return new ReconnectingSsh({
    target: "me@host",
    connect: (signal) => {
      const attempt = new Attempt(signal);
      attempts.push(attempt);
      return attempt.connection;
    },
    clock,
    noCommand,
    ...(kind === "on demand"
      ? {}
      : { background: { emit: (event) => events.push(event), onGivenUp: (error) => givenUp.push(error) } }),
  });
}

async function started(kind: "background" | "on demand", noCommand?: boolean): Promise<[ReconnectingSsh, Attempt]> {
  const ssh = make(kind, noCommand);
  const first = ssh.start(never);
  const attempt = await began(1);
  attempt.succeed();
  await first;
  return [ssh, attempt];
}

describe.each(["on demand", "background"] as const)("%s", (kind) => {
  test("the connection that is there serves all who ask", async () => {
    const [ssh] = await started(kind);
    const [one, two] = await Promise.all([ssh.current(never), ssh.current(never)]);
    expect(one).toBe(two);
    expect(ssh.transport).toBe("embedded");
    expect(attempts.length).toBe(1);
  });

  test("a first connection that fails is its caller's error, and is not tried again", async () => {
    const ssh = make(kind);
    const first = ssh.start(never);
    (await began(1)).fail(failure("SSH_CONNECT"));
    await expect(first).rejects.toMatchObject({ code: "SSH_CONNECT" });
    clock.advance(600_000);
    expect(attempts.length).toBe(1);
    expect(events).toEqual([]);
  });

  test("an abort while the first connection is made ends the attempt, with the signal's reason", async () => {
    const ssh = make(kind);
    const stop = new AbortController();
    const first = ssh.start(stop.signal);
    const attempt = await began(1);
    stop.abort(new Error("Ctrl-C"));
    await expect(first).rejects.toThrow("Ctrl-C");
    expect(attempt.signal.reason).toMatchObject({ message: "Ctrl-C" });
  });

  test("a connection that is there in the moment of the abort is closed", async () => {
    const ssh = make(kind);
    const stop = new AbortController();
    const first = ssh.start(stop.signal);
    const attempt = await began(1);
    attempt.succeed();
    stop.abort(new Error("Ctrl-C"));
    await expect(first).rejects.toThrow("Ctrl-C");
    await ssh[Symbol.asyncDispose]();
    expect(attempt.isDisposed).toBe(true);
  });

  test("those who use a connection learn that it is lost, and it is disposed", async () => {
    const [ssh, attempt] = await started(kind);
    const { gone } = await ssh.current(never);
    attempt.lose(failure("SSH_DISCONNECTED"));
    await expect.poll(() => attempt.isDisposed).toBe(true);
    expect(gone.reason).toMatchObject({
      code: "SSH_DISCONNECTED",
      message: expect.stringMatching(/^SSH connection lost: /),
    });
    expect(await ssh.lost).toMatchObject({ code: "SSH_DISCONNECTED" });
  });

  test("disposal closes the connection, ends its users, and is idempotent", async () => {
    const [ssh, attempt] = await started(kind);
    const { gone } = await ssh.current(never);
    await Promise.all([ssh[Symbol.asyncDispose](), ssh[Symbol.asyncDispose]()]);
    expect(attempt.isDisposed).toBe(true);
    expect(gone.aborted).toBe(true);
    expect(await ssh.lost).toBeUndefined();
    clock.advance(600_000);
    await expect(ssh.current(never)).rejects.toMatchObject({
      code: expect.stringMatching(/^CLOSED$|^SSH_DISCONNECTED$/),
    });
    expect(attempts.length).toBe(1);
  });

  test("disposal aborts an attempt that runs, and waits for its end", async () => {
    const [ssh, attempt] = await started(kind);
    attempt.lose(failure("SSH_DISCONNECTED"));
    await ssh.lost;
    const asked = ssh.current(never).catch((error: unknown) => error);
    const second = await began(2);
    await ssh[Symbol.asyncDispose]();
    expect(second.signal.aborted).toBe(true);
    expect(await asked).toBeInstanceOf(Error);
  });

  test("sshd is asked to send without delay by one command, and a session waits for its end", async () => {
    const [ssh, attempt] = await started(kind, false);
    expect(attempt.commands).toEqual(["true"]);
    await expect(ssh.openSubsystem("sftp", never)).rejects.toMatchObject({ code: "SSH_CHANNEL_REFUSED" });
    expect(attempt.commands).toEqual(["true", "subsystem sftp"]);
  });

  test("a session that sshd refuses right behind another one's end is asked for once more", async () => {
    const [ssh, attempt] = await started(kind, false);
    await ssh.exec("first", never);
    attempt.refusals = 1;
    expect(await ssh.exec("second", never)).toMatchObject({ succeeded: true });
    attempt.refusals = 2;
    await expect(ssh.exec("third", never)).rejects.toMatchObject({ code: "SSH_CHANNEL_REFUSED" });
    expect(attempt.commands).toEqual(["true", "first", "second", "second", "third", "third"]);
  });

  test("nobody but a session waits for that command, and a session no more than 10 s", async () => {
    const ssh = make(kind, false);
    const first = ssh.start(never);
    const attempt = await began(1);
    attempt.command = new Promise(() => {});
    attempt.succeed();
    await first;
    const session = ssh.openSubsystem("sftp", never);
    expect(await Promise.race([session.catch(() => "opened"), ssh.current(never).then(() => "connected")])).toBe(
      "connected",
    );
    await ssh[Symbol.asyncDispose]();
  });

  test("with -N nothing is run, and the list of connections is not to be had", async () => {
    const [ssh, attempt] = await started(kind, true);
    await expect(ssh.listSockets(21, never)).rejects.toMatchObject({
      code: "NET_UNSUPPORTED",
      hint: expect.stringContaining("-N"),
    });
    expect(attempt.commands).toEqual([]);
  });
});

describe("on demand", () => {
  test("nothing is connected before somebody asks, and then once for all", async () => {
    const ssh = make("on demand");
    expect(attempts.length).toBe(0);
    const all = Promise.all([ssh.current(never), ssh.current(never), ssh.current(never)]);
    (await began(1)).succeed();
    expect(new Set(await all).size).toBe(1);
    expect(attempts.length).toBe(1);
  });

  test("one of several who wait may leave; the attempt ends with the last", async () => {
    const ssh = make("on demand");
    const [one, two] = [new AbortController(), new AbortController()];
    const waits = [one, two].map(({ signal }) => ssh.current(signal).catch((error: Error) => error.message));
    const attempt = await began(1);
    one.abort(new Error("first left"));
    expect(await waits[0]).toBe("first left");
    expect(attempt.signal.aborted).toBe(false);
    two.abort(new Error("second left"));
    expect(await waits[1]).toBe("second left");
    expect(attempt.signal.aborted).toBe(true);
  });

  test("who asks while an aborted attempt ends has a new one", async () => {
    const ssh = make("on demand");
    const stop = new AbortController();
    const left = ssh.current(stop.signal).catch(() => {});
    await began(1);
    stop.abort(new Error("left"));
    await left;
    const asked = ssh.current(never);
    (await began(2)).succeed();
    await expect(asked).resolves.toMatchObject({ connection: { target: "me@host" } });
  });

  test("a lost connection is made again when somebody asks, and not before", async () => {
    const [ssh, attempt] = await started("on demand");
    attempt.lose(failure("SSH_DISCONNECTED"));
    await ssh.lost;
    clock.advance(600_000);
    expect(attempts.length).toBe(1);
    const asked = ssh.current(never);
    (await began(2)).succeed();
    await asked;
  });

  test("a failure goes to all who asked as it is, and who asks later has another attempt", async () => {
    const ssh = make("on demand");
    const asked = [0, 1].map(() => ssh.current(never).catch((error: SallyportError) => error.code));
    (await began(1)).fail(failure("SSH_AUTH"));
    expect(await Promise.all(asked)).toEqual(["SSH_AUTH", "SSH_AUTH"]);
    const again = ssh.current(never);
    (await began(2)).succeed();
    await again;
  });
});

describe("background", () => {
  const waitsOf = (): (number | undefined)[] =>
    events.flatMap((event) => (event.type === "ssh.lost" ? [event.retryInMs] : []));

  test("a lost connection is made again after 1, 2, 4 … 60 s", async () => {
    const [, first] = await started("background");
    first.lose(failure("SSH_DISCONNECTED"));
    const waits = [1, 2, 4, 8, 16, 32, 60, 60].map((seconds) => seconds * 1000);
    for (const [index, waitMs] of waits.entries()) {
      await clock.waitedFor(waitMs);
      expect(attempts.length).toBe(index + 1);
      clock.advance(waitMs);
      (await began(index + 2)).fail(failure("NET_UNREACHABLE"));
    }
    await expect.poll(waitsOf).toEqual([...waits, 60_000]);
    expect(givenUp).toEqual([]);
  });

  test("after a success the waits begin at 1 s again", async () => {
    const [ssh, first] = await started("background");
    await ssh.current(never);
    first.lose(failure("SSH_DISCONNECTED"));
    await clock.waitedFor(1000);
    clock.advance(1000);
    (await began(2)).fail(failure("SSH_CONNECT"));
    await clock.waitedFor(2000);
    clock.advance(2000);
    const third = await began(3);
    third.succeed();
    third.lose(failure("SSH_DISCONNECTED"));
    await expect.poll(waitsOf).toEqual([1000, 2000, 1000]);
  });

  test("connections that are lost unused are made again once, and then when somebody comes", async () => {
    const [ssh, first] = await started("background");
    first.lose(failure("SSH_DISCONNECTED"));
    await clock.waitedFor(1000);
    clock.advance(1000);
    const second = await began(2);
    second.succeed();
    second.lose(failure("SSH_DISCONNECTED"));
    await expect.poll(waitsOf).toEqual([1000, undefined]);
    clock.advance(600_000);
    expect(attempts.length).toBe(2);
    const asked = ssh.current(never);
    const third = await began(3);
    third.succeed();
    const { gone } = await asked;
    third.lose(failure("SSH_DISCONNECTED"));
    await expect.poll(() => gone.aborted).toBe(true);
    clock.advance(600_000);
    expect(waitsOf()).toEqual([1000, undefined, undefined]);
    expect(attempts.length).toBe(3);
  });

  test("an attempt for somebody who came fails for them, and is not made again for nobody", async () => {
    const [ssh, first] = await started("background");
    first.lose(failure("SSH_DISCONNECTED"));
    await clock.waitedFor(1000);
    clock.advance(1000);
    const second = await began(2);
    second.succeed();
    second.lose(failure("SSH_DISCONNECTED"));
    await expect.poll(waitsOf).toEqual([1000, undefined]);
    const asked = ssh.current(never).catch((error: SallyportError) => error.message);
    (await began(3)).fail(failure("NET_UNREACHABLE"));
    expect(await asked).toContain("is down: broken by the test: NET_UNREACHABLE");
    clock.advance(600_000);
    expect(attempts.length).toBe(3);
    expect(givenUp).toEqual([]);
  });

  test("a connection that clients use is always made again at once", async () => {
    const [ssh, first] = await started("background");
    let lost = first;
    for (let count = 2; count <= 5; count += 1) {
      await ssh.current(never);
      lost.lose(failure("SSH_DISCONNECTED"));
      await clock.waitedFor(1000);
      clock.advance(1000);
      lost = await began(count);
      lost.succeed();
      await expect.poll(() => events.length).toBe(count - 1);
    }
    expect(waitsOf()).toEqual([1000, 1000, 1000, 1000]);
  });

  test("who comes meanwhile has it tried at once, and the timer with it", async () => {
    const [ssh, first] = await started("background");
    first.lose(failure("SSH_DISCONNECTED"));
    await clock.waitedFor(1000);
    const asked = ssh.current(never);
    (await began(2)).succeed();
    await asked;
    clock.advance(600_000);
    expect(attempts.length).toBe(2);
  });

  test("who comes waits 15 s and learns why; the attempt goes on for the next", async () => {
    const [ssh, first] = await started("background");
    first.lose(failure("SSH_DISCONNECTED"));
    await clock.waitedFor(1000);
    const asked = ssh.current(never);
    const second = await began(2);
    clock.advance(15_000);
    await expect(asked).rejects.toMatchObject({
      code: "SSH_DISCONNECTED",
      message: "the SSH connection to me@host is down: broken by the test: SSH_DISCONNECTED",
      hint: expect.stringContaining("try once more"),
    });
    expect(second.signal.aborted).toBe(false);
    const next = ssh.current(never);
    second.succeed();
    await next;
    expect(attempts.length).toBe(2);
  });

  test("who leaves has his own reason, and ends nothing", async () => {
    const [ssh, first] = await started("background");
    first.lose(failure("SSH_DISCONNECTED"));
    const stop = new AbortController();
    await clock.waitedFor(1000);
    const asked = ssh.current(stop.signal);
    const second = await began(2);
    stop.abort(new Error("the client is gone"));
    await expect(asked).rejects.toThrow("the client is gone");
    expect(second.signal.aborted).toBe(false);
    await ssh[Symbol.asyncDispose]();
  });

  test.each(["SSH_AUTH", "SSH_HOST_KEY", "SSH_CONFIG", "SSH_PROGRAM_MISSING"] as const)(
    "%s is given up",
    async (code) => {
      const [, first] = await started("background");
      first.lose(failure("SSH_DISCONNECTED"));
      await clock.waitedFor(1000);
      clock.advance(1000);
      (await began(2)).fail(failure(code));
      await expect.poll(() => givenUp.map((error) => error.code)).toEqual([code]);
      clock.advance(600_000);
      expect(attempts.length).toBe(2);
    },
  );
});
