// Ctrl-Z in a line, and fg. The test's own process is not stopped: what Node sends it is left out.
import { PassThrough } from "node:stream";
import type { ReadStream, WriteStream } from "node:tty";
import { expect, test, vi } from "vitest";
import { TerminalLines } from "../../src/prompt/line-source.ts";

const ctrlZ = "\u001a";

test("a line is read on after Ctrl-Z and fg", async () => {
  const input = Object.assign(new PassThrough(), { setRawMode: () => input }) as unknown as ReadStream & PassThrough;
  const output = new PassThrough().resume() as unknown as WriteStream;
  using lines = new TerminalLines(input, output, async () => [[], ""]);
  const stopped = new Promise<void>((resolve) => {
    vi.spyOn(process, "kill").mockImplementationOnce(() => {
      resolve();
      return true;
    });
  });
  const line = lines.next("ftp> ");
  input.write(`pw${ctrlZ}`);
  await stopped;
  expect(process.kill).toHaveBeenCalledWith(process.pid, "SIGTSTP");
  vi.restoreAllMocks();
  process.emit("SIGCONT");
  input.write("d\r");
  expect(await line).toBe("pwd");
});
