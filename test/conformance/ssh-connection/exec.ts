// A command at the remote end.
import { describe, expect, test } from "vitest";
import { limits } from "../../../src/protocol/limits.ts";
import type { Commands } from "../ssh-connection-fixture.ts";
import { failureOf, type SshBench } from "./bench.ts";

const success = { succeeded: true, stdout: "out" };
const most = limits.sshExecOutputBytesMax;
const failure = { succeeded: false, stdout: "out" };

export function describeExec(bench: SshBench, commands: Commands): void {
  /** Not declared where it cannot be brought about. */
  const fact = (command: string | undefined, name: string, body: (command: string) => Promise<void>): void => {
    if (command !== undefined) test(name, () => body(command));
  };
  const gives = (command: string | undefined, name: string, result: typeof success): void =>
    fact(command, name, async (text) => {
      expect(await bench.exec(text)).toEqual(result);
      await bench.expectNothingOpen();
    });

  const { writes, says } = commands;
  if (Object.keys(commands).length === 0) return;

  describe("a command", () => {
    gives(commands.succeeds, "that ends with status 0 has succeeded", success);
    gives(commands.fails, "that ends with another status has not, and its output is told", failure);
    gives(commands.isKilled, "that is killed by a signal has not, and its output is told", failure);
    gives(commands.endsWithoutStatus, "without a status has not, and its output is told", failure);
    fact(
      commands.closesOutputFirst,
      "has succeeded where status 0 comes long after the end of its output",
      async (text) => {
        const running = bench.exec(text);
        await bench.exec(commands.succeeds as string);
        await bench.exec(commands.succeeds as string);
        expect(await running).toEqual(success);
        await bench.expectNothingOpen();
      },
    );
    gives(commands.endsWithoutEof, "has succeeded where the channel closes without an end-of-file", success);
    gives(commands.readsInput, "finds its standard input at its end", success);
    gives(commands.writesErrors, "may write any amount to standard error", success);

    fact(commands.succeeds, "runs beside others", async (command) => {
      const all = await Promise.all(Array.from({ length: 20 }, () => bench.exec(command)));
      expect(all).toEqual(Array.from({ length: 20 }, () => success));
    });

    fact(says?.("grün €"), "is sent as UTF-8, and so is its output", async (command) => {
      expect(await bench.exec(command)).toEqual({ succeeded: true, stdout: "grün €" });
    });

    fact(writes?.(most), "may write as much as the limit, and not a byte more", async (command) => {
      const { succeeded, stdout } = await bench.exec(command);
      expect([succeeded, stdout.length]).toEqual([true, most]);
      expect(await failureOf(bench.exec(writes?.(most + 1) ?? ""))).toMatchObject({
        code: "LIMIT_REPLY",
        message: `the command at the SSH server wrote more than ${most} bytes`,
      });
      expect((await failureOf(bench.exec(writes?.(40 * most) ?? ""))).code).toBe("LIMIT_REPLY");
      await bench.expectNothingOpen();
    });

    fact(commands.isRefused, "that the server does not accept is told with a hint that fits", async (command) => {
      expect(await failureOf(bench.exec(command))).toEqual({
        code: "SSH_CHANNEL_REFUSED",
        message: "the SSH server refused to run a command",
        hint: "This user may not run commands there: look at ForceCommand in its sshd_config, and at command= in authorized_keys.",
        details: { remote: "session", phase: "exec" },
      });
      await bench.expectNothingOpen();
    });
  });
}
