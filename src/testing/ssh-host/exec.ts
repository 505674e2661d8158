// A command at the remote end.
import { deepEqual, equal } from "node:assert/strict";
import { limits } from "../../protocol/limits.ts";
import { rejectsLike } from "../assertions.ts";
import type { Facts } from "../facts.ts";
import type { SshCommands } from "./ssh-host-fixture.ts";
import type { SshHostSubject } from "./subject.ts";

const success = { succeeded: true, stdout: "out" };
const failure = { succeeded: false, stdout: "out" };
const most = limits.sshExecOutputBytesMax;

export function execFacts({ describe, test }: Facts, subject: SshHostSubject, commands: SshCommands): void {
  /** Not declared where it cannot be brought about. */
  const fact = (command: string | undefined, name: string, body: (command: string) => Promise<void>): void => {
    if (command !== undefined) test(name, () => body(command));
  };
  const gives = (command: string | undefined, name: string, result: typeof success): void =>
    fact(command, name, async (text) => deepEqual(await subject.exec(text), result));
  const { writes, says, succeeds = "" } = commands;

  describe("a command", () => {
    gives(commands.succeeds, "that ends with status 0 has succeeded", success);
    gives(commands.fails, "that ends with another status has not, and its output is given", failure);
    gives(commands.isKilled, "that is killed by a signal has not, and its output is given", failure);
    gives(commands.endsWithoutStatus, "without a status has not, and its output is given", failure);
    fact(
      commands.closesOutputFirst,
      "has succeeded where status 0 comes long after the end of its output",
      async (command) => {
        const running = subject.exec(command);
        await subject.exec(succeeds);
        await subject.exec(succeeds);
        deepEqual(await running, success);
      },
    );
    gives(commands.endsWithoutEof, "has succeeded where the channel closes without an end-of-file", success);
    gives(commands.readsInput, "finds its standard input at its end", success);
    gives(commands.writesErrors, "may write any amount to standard error", success);

    fact(commands.succeeds, "runs beside others", async (command) => {
      const all = await Promise.all(Array.from({ length: 20 }, () => subject.exec(command)));
      deepEqual(
        all,
        Array.from({ length: 20 }, () => success),
      );
    });

    fact(says?.("grün €"), "is sent as UTF-8, and so is its output", async (command) => {
      deepEqual(await subject.exec(command), { succeeded: true, stdout: "grün €" });
    });

    fact(writes?.(most), "may write as much as the limit, and not a byte more", async (command) => {
      const { succeeded, stdout } = await subject.exec(command);
      deepEqual([succeeded, stdout.length], [true, most]);
      await rejectsLike(subject.exec(writes?.(most + 1) ?? ""), { code: "LIMIT_REPLY" });
      await rejectsLike(subject.exec(writes?.(40 * most) ?? ""), { code: "LIMIT_REPLY" });
      equal((await subject.exec(command)).succeeded, true);
    });

    fact(commands.isRefused, "that the server does not accept rejects as refused", async (command) => {
      await rejectsLike(subject.exec(command), {
        code: "SSH_CHANNEL_REFUSED",
        details: { remote: "session", phase: "exec" },
      });
    });
  });
}
