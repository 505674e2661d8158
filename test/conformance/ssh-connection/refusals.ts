// What users read of channels, commands and subsystems that the server refuses (RFC 4254 sections 5.1 and 6.5).
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { isSallyportError } from "../../../src/protocol/error.ts";
import type {
  OpenedSshHost,
  SshHostFixture,
  SshHostTraits,
  TestedSshHost,
} from "../../../src/testing/ssh-host/ssh-host-fixture.ts";
import { until } from "../../support/until.ts";

const never = new AbortController().signal;
const sessionHint = /MaxSessions/;
const reasons = [
  [1, "administratively prohibited", "open failed", ""],
  [2, "connect failed", "schläft\n", " (schläft)"],
  [3, "unknown channel type", "", ""],
  [4, "resource shortage", "five are enough", " (five are enough)"],
  [99, "reason 99", "because", " (because)"],
] as const;

/** What a server that follows a script can be told. */
export interface Refusing {
  /** From now on it refuses every channel, until it is told `undefined`. */
  refuse(refusal: { readonly reason: number; readonly words: string } | undefined): void;
}

type Fixture = () => SshHostFixture & { readonly rules?: Refusing };
type Traits = SshHostTraits & { readonly isScripted?: boolean };

export function describeRefusals(fixture: Fixture, traits: Traits): void {
  describe("what users read", () => refusals(fixture, traits));
}

function refusals(fixture: Fixture, { commands, subsystems, isScripted = false }: Traits): void {
  let opened: OpenedSshHost;
  let host: TestedSshHost;
  beforeAll(async () => {
    opened = await fixture().connect();
    host = opened.host;
  });
  afterEach(() => until("end of the channels", () => (opened.leftovers?.() ?? []).length === 0));
  afterAll(() => host[Symbol.asyncDispose]());

  test("a subsystem that the server does not have is told with a hint that fits", async () => {
    expect(await failureOf(host.openSubsystem(subsystems.isRefused, never))).toEqual({
      code: "SSH_CHANNEL_REFUSED",
      message: `the SSH server has no subsystem ${subsystems.isRefused} for this user`,
      hint: "Look at Subsystem and ForceCommand in its sshd_config, and at command= in authorized_keys.",
      details: { remote: "session", phase: "subsystem" },
    });
  });
  if (!isScripted) return;

  test("a command that the server does not accept is told with a hint that fits", async () => {
    expect(await failureOf(host.exec(commands.isRefused as string, never))).toEqual({
      code: "SSH_CHANNEL_REFUSED",
      message: "the SSH server refused to run a command",
      hint: "This user may not run commands there: look at ForceCommand in its sshd_config, and at command= in authorized_keys.",
      details: { remote: "session", phase: "exec" },
    });
  });

  test.each([subsystems.endsUnanswered, subsystems.breaksUnanswered])(
    "a close for an answer to the subsystem %s is told as such",
    async (name = "") => {
      expect(await failureOf(host.openSubsystem(name, never))).toMatchObject({
        code: "SSH_CHANNEL_REFUSED",
        message: `the SSH server closed the channel for the subsystem ${name}`,
      });
    },
  );

  test("a command that writes more than the limit is told with the limit", async () => {
    const most = 1_048_576;
    expect(await failureOf(host.exec(commands.writes?.(most + 1) ?? "", never))).toMatchObject({
      code: "LIMIT_REPLY",
      message: `the command at the SSH server wrote more than ${most} bytes`,
    });
  });

  describe("a channel that is refused", () => {
    const refuse = (refusal: Parameters<Refusing["refuse"]>[0]): void => fixture().rules?.refuse(refusal);
    afterEach(() => refuse(undefined));

    test.each(reasons)("for reason %i tells the reason and the server's words", async (reason, words, text, shown) => {
      refuse({ reason, words: text });
      const { message, details, code } = await failureOf(
        host.network.connect({ host: "ftp-host", port: 21, signal: never }),
      );
      expect([code, message]).toEqual([
        "SSH_CHANNEL_REFUSED",
        `the SSH server refused to connect to ftp-host:21: ${words}${shown}`,
      ]);
      const finding = ({ 1: "D26", 2: "D27" } as Record<number, string>)[reason];
      expect(details).toEqual({ remote: "ftp-host:21", channelReason: reason, phase: "connect", finding });
    });

    test.each(reasons)("for a command says so, for reason %i", async (reason, words, text, shown) => {
      refuse({ reason, words: text });
      const { message, details, hint } = await failureOf(host.exec("true", never));
      // sshd says that a connect(2) failed when it opens no session.
      const why = reason === 2 ? "no session was opened" : words;
      expect(message).toBe(`the SSH server refused to run a command: ${why}${shown}`);
      expect(details).toEqual({ remote: "session", channelReason: reason, phase: "exec" });
      expect(hint).toMatch(sessionHint);
      expect(hint).not.toMatch(/Forward|Permit|FTP server/);
    });

    test.each(reasons)("for a subsystem says so, for reason %i", async (reason, words, text, shown) => {
      refuse({ reason, words: text });
      const { message, details, hint } = await failureOf(host.openSubsystem("sftp", never));
      const why = reason === 2 ? "no session was opened" : words;
      expect(message).toBe(`the SSH server refused to open the subsystem sftp: ${why}${shown}`);
      expect(details).toEqual({ remote: "session", channelReason: reason, phase: "subsystem" });
      expect(hint).toMatch(sessionHint);
    });
  });
}

/** What users get to see of a failure. Fails where there is none, or where it is none of ours. */
async function failureOf(promise: Promise<unknown>): Promise<{
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
  readonly details: object;
}> {
  const outcome = await promise.then(
    (value) => new Error(`no failure but ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  if (!isSallyportError(outcome)) throw outcome;
  const { code, message, hint, details } = outcome;
  return { code, message, hint, details };
}
