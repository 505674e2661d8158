// A subsystem of the server, as a Connection.
import { describe, expect, test } from "vitest";
import type { Subsystems } from "../ssh-connection-fixture.ts";
import { failureOf, never, type SshBench } from "./bench.ts";

const big = Buffer.from(Array.from({ length: 3_000_001 }, (_, at) => (at * 7 + (at >> 12)) & 255));

export function describeSubsystems(bench: SshBench, subsystems: Subsystems): void {
  const open = (name: string) => bench.connection.openSubsystem(name, { signal: never });

  const fact = (subsystem: string | undefined, name: string, body: (subsystem: string) => Promise<void>): void => {
    if (subsystem !== undefined) test(name, () => body(subsystem));
  };

  describe("a subsystem", () => {
    fact(subsystems.echoes, "carries every byte both ways, and both ends", async (name) => {
      const { stream, closed } = await open(name);
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.end(big);
      expect(await closed).toEqual({ by: "local", how: "fin" });
      expect(Buffer.concat(chunks).equals(big)).toBe(true);
      await bench.expectNothingOpen();
    });

    fact(subsystems.echoes, "that is disposed of at once leaves nothing", async (name) => {
      const connection = await open(name);
      await connection[Symbol.asyncDispose]();
      await connection[Symbol.asyncDispose]();
      await bench.expectNothingOpen();
    });

    test("that the server does not have is told with a hint that fits", async () => {
      expect(await failureOf(open(subsystems.isRefused))).toEqual({
        code: "SSH_CHANNEL_REFUSED",
        message: `the SSH server has no subsystem ${subsystems.isRefused} for this user`,
        hint: "Look at Subsystem and ForceCommand in its sshd_config, and at command= in authorized_keys.",
        details: { remote: "session", phase: "subsystem" },
      });
      await bench.expectNothingOpen();
    });

    const unanswered = [
      [subsystems.endsUnanswered, "that gets an end-of-file and a close for an answer is told as refused"],
      [subsystems.breaksUnanswered, "that gets a close for an answer is told as refused"],
    ] as const;
    for (const [subsystem, title] of unanswered) {
      fact(subsystem, title, async (name) => {
        expect(await failureOf(open(name))).toMatchObject({
          code: "SSH_CHANNEL_REFUSED",
          message: `the SSH server closed the channel for the subsystem ${name}`,
          details: { remote: "session", phase: "subsystem" },
        });
        await bench.expectNothingOpen();
      });
    }
  });
}
