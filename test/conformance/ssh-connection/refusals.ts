// Channels that the server does not open (RFC 4254 section 5.1).
import { afterEach, describe, expect, test } from "vitest";
import type { ScriptedRules, SshConnectionTraits } from "../ssh-connection-fixture.ts";
import { failureOf, never, type SshBench } from "./bench.ts";

const sessionHint = /MaxSessions/;
const reasons = [
  [1, "administratively prohibited", "open failed", ""],
  [2, "connect failed", "schläft\n", " (schläft)"],
  [3, "unknown channel type", "", ""],
  [4, "resource shortage", "five are enough", " (five are enough)"],
  [99, "reason 99", "because", " (because)"],
] as const;

export function describeRefusals(bench: SshBench, traits: SshConnectionTraits): void {
  const rules = (): ScriptedRules => bench.fixture.rules as ScriptedRules;

  if (traits.isScripted !== true) return;

  describe("a channel that is refused", () => {
    afterEach(() => rules().refuse(undefined));

    test.each(reasons)("for reason %i tells the reason and the server's words", async (reason, words, text, shown) => {
      rules().refuse({ reason, words: text });
      const { message, details, code } = await failureOf(
        bench.connection.network.connect({ host: "ftp-host", port: 21, signal: never }),
      );
      expect([code, message]).toEqual([
        "SSH_CHANNEL_REFUSED",
        `the SSH server refused to connect to ftp-host:21: ${words}${shown}`,
      ]);
      expect(details).toEqual({ remote: "ftp-host:21", channelReason: reason, phase: "connect" });
      await bench.expectNothingOpen();
    });

    test.each(reasons)("for a command says so, for reason %i", async (reason, words, text, shown) => {
      rules().refuse({ reason, words: text });
      const { message, details, hint } = await failureOf(bench.exec("true"));
      // sshd says that a connect(2) failed when it opens no session.
      const why = reason === 2 ? "no session was opened" : words;
      expect(message).toBe(`the SSH server refused to run a command: ${why}${shown}`);
      expect(details).toEqual({ remote: "session", channelReason: reason, phase: "exec" });
      expect(hint).toMatch(sessionHint);
      expect(hint).not.toMatch(/Forward|Permit|FTP server/);
      await bench.expectNothingOpen();
    });

    test.each(reasons)("for a subsystem says so, for reason %i", async (reason, words, text, shown) => {
      rules().refuse({ reason, words: text });
      const { message, details, hint } = await failureOf(bench.connection.openSubsystem("sftp", { signal: never }));
      const why = reason === 2 ? "no session was opened" : words;
      expect(message).toBe(`the SSH server refused to open the subsystem sftp: ${why}${shown}`);
      expect(details).toEqual({ remote: "session", channelReason: reason, phase: "subsystem" });
      expect(hint).toMatch(sessionHint);
      await bench.expectNothingOpen();
    });
  });
}
