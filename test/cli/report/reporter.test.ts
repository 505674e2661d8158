import { describe, expect, test } from "vitest";
import {
  asSallyportError,
  makeReporter,
  type ReporterOptions,
  textReporter,
  thresholdOf,
} from "../../../src/cli/report/reporter.ts";
import { SallyportError } from "../../../src/protocol/error.ts";

const output = { verbosity: 0, quiet: false, json: false };

function text(options: Partial<ReporterOptions> = {}) {
  const written: string[] = [];
  const write = (more: string): void => void written.push(more);
  const reporter = textReporter({ threshold: "warn", stacks: false, write, ...options });
  return { reporter, written: () => written.join("") };
}

describe("text", () => {
  test("an error is its message after our name, and the hint below", () => {
    const { reporter, written } = text();
    reporter.fail(new SallyportError("NET_ADDRESS_IN_USE", "port 21 is in use", { hint: "Choose another." }));
    expect(written()).toBe("sallyport: port 21 is in use\n  Choose another.\n");
  });

  test("warnings say so, other lines do not", () => {
    const { reporter, written } = text({ threshold: "debug" });
    reporter.log({ level: "warn", message: "careful" });
    reporter.log({ level: "info", message: "by the way" });
    expect(written()).toBe("sallyport: warning: careful\nsallyport: by the way\n");
  });

  test("a line of ssh's stays as it is, but for control characters", () => {
    const { reporter, written } = text();
    reporter.log({ level: "warn", message: "Welcome\u001b[2J to ssh-host", verbatim: true });
    expect(written()).toBe("Welcome\\x1b[2J to ssh-host\n");
  });

  test("with a clock every line begins with date and time", () => {
    const { reporter, written } = text({ clock: () => new Date("2026-01-02T03:04:05.678Z") });
    reporter.log({ level: "warn", message: "careful" });
    expect(written()).toBe("2026-01-02T03:04:05.678Z sallyport: warning: careful\n");
  });

  test("a message over several lines cannot forge one of ours", () => {
    const { reporter, written } = text();
    reporter.fail(new SallyportError("SSH_AUTH", "no\nsallyport: all is well"));
    expect(written()).toBe("sallyport: no\\nsallyport: all is well\n");
  });

  test("the stack of a fault of ours is shown with -vv only", () => {
    const fault = asSallyportError(new TypeError("x is not a function"));
    const [plain, verbose] = [text(), text({ stacks: true })];
    plain.reporter.fail(fault);
    verbose.reporter.fail(fault);
    expect(plain.written()).toMatch(
      /^sallyport: a fault in Sallyport: x is not a function\n {2}Please report it.*--trace=FILE.*\n$/,
    );
    expect(verbose.written()).toMatch(/\n {4}at .*reporter\.test/);
  });

  test("a user's mistake has no stack even with -vv", () => {
    const { reporter, written } = text({ stacks: true });
    reporter.fail(new SallyportError("USAGE_INVALID", "no"));
    expect(written()).toBe("sallyport: no\n");
  });
});

describe("how much is told", () => {
  test.each([
    [{}, "warn"],
    [{ quiet: true }, "error"],
    [{ quiet: true, verbosity: 1 }, "error"],
    [{ verbosity: 1 }, "info"],
    [{ verbosity: 2 }, "debug"],
    [{ log: "text" as const }, "info"],
    [{ log: "json" as const, verbosity: 3 }, "debug"],
  ])("%j: %s", (options, threshold) => {
    expect(thresholdOf({ ...output, ...options })).toBe(threshold);
  });

  test("what is below the threshold is not written", () => {
    const { reporter, written } = text({ threshold: "warn" });
    reporter.log({ level: "info", message: "not now" });
    expect(written()).toBe("");
  });
});

describe("--log json", () => {
  test("every line is an object with level, time, message and the record's fields", async () => {
    const written: string[] = [];
    const reporter = await makeReporter({ ...output, log: "json" }, (more) => void written.push(more));
    reporter.log({ level: "info", message: "session 1: hello", fields: { event: "session.open", session: 1 } });
    reporter.log({ level: "debug", message: "not now" });
    reporter.log({ level: "warn", message: "Welcome", verbatim: true });
    reporter.fail(new SallyportError("SSH_AUTH", "refused", { hint: "Check the key." }));
    const lines = written
      .join("")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toMatchObject([
      { level: 30, msg: "session 1: hello", event: "session.open", session: 1, pid: process.pid },
      { level: 40, msg: "Welcome", event: "ssh.message" },
      { level: 50, msg: "refused", event: "error", code: "SSH_AUTH", hint: "Check the key." },
    ]);
    expect(lines[0]?.["time"]).toMatch(/^\d{4}-\d\d-\d\dT/);
  });
});

test("what was thrown and is no error still becomes one", () => {
  expect(asSallyportError("just a text")).toMatchObject({ code: "INTERNAL", cause: "just a text" });
  const known = new SallyportError("CLOSED", "closed");
  expect(asSallyportError(known)).toBe(known);
});
