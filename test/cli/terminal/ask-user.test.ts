import { writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { askPassword, makeAskUser } from "../../../src/cli/terminal/ask-user.ts";
import type { Terminal } from "../../../src/cli/terminal/open-terminal.ts";
import type { Question } from "../../../src/ssh/ssh-connection.ts";
import { watchResources } from "../../support/resources.ts";
import { makeTempDir } from "../../support/tempdir.ts";

watchResources();

const password: Question = { kind: "password", text: "alice's password: ", echo: false };
const never = new AbortController().signal;

class FakeTerminal implements Terminal {
  shown = "";
  disposals = 0;
  type: (typed: string | undefined) => void = () => {};

  write(text: string): void {
    this.shown += text;
  }

  onKeys(callback: (typed: string | undefined) => void): void {
    this.type = callback;
  }

  [Symbol.dispose](): void {
    this.disposals += 1;
  }
}

function setUp(env: NodeJS.ProcessEnv = {}, terminal: FakeTerminal | undefined = new FakeTerminal()) {
  const interrupts: string[] = [];
  const interrupt = (): void => void interrupts.push("Ctrl-C");
  /** How often the terminal had been given back when the program stopped. */
  const stops: number[] = [];
  const suspend = (): void => void stops.push(terminal.disposals);
  return { terminal, interrupts, stops, ask: makeAskUser({ env, interrupt, suspend, openTerminal: () => terminal }) };
}

/** Lets the question get to the terminal. */
const asked = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("on a terminal", () => {
  test("the question is shown, the secret is not, and the terminal is given back", async () => {
    const { ask, terminal } = setUp();
    const answer = ask(password, never);
    await asked();
    terminal.type("sec");
    terminal.type("ret\r");
    expect(await answer).toBe("secret");
    expect(terminal.shown).toBe("alice's password: \n");
    expect(terminal.disposals).toBe(1);
  });

  test("a question of the server's over two lines keeps its lines and loses its control sequences", async () => {
    const { ask, terminal } = setUp();
    const answer = ask({ kind: "other", text: "one\u001b[2J\ntwo: ", echo: true }, never);
    await asked();
    terminal.type("x\r");
    await answer;
    expect(terminal.shown).toBe("one\\x1b[2J\ntwo: x\n");
  });

  test("Ctrl-C interrupts the program and answers nothing", async () => {
    const { ask, terminal, interrupts } = setUp();
    const answer = ask(password, never);
    await asked();
    terminal.type("abc\u0003");
    expect(await answer).toBeUndefined();
    expect(interrupts).toEqual(["Ctrl-C"]);
    expect(terminal.disposals).toBe(1);
  });

  test("Ctrl-Z gives the terminal back and stops the program; afterwards the question is asked again", async () => {
    const { ask, terminal, stops } = setUp();
    const answer = ask(password, never);
    await asked();
    terminal.type("abc\u001a");
    await asked();
    expect(stops).toEqual([1]);
    terminal.type("secret\r");
    expect(await answer).toBe("secret");
    expect(terminal.shown).toBe("alice's password: ^Z\nalice's password: \n");
    expect(terminal.disposals).toBe(2);
  });

  test("an abort while the program stood still opens no terminal", async () => {
    const abort = new AbortController();
    const terminal = new FakeTerminal();
    let opened = 0;
    const openTerminal = (): Terminal => {
      opened += 1;
      return terminal;
    };
    const ask = makeAskUser({
      env: {},
      interrupt: () => {},
      suspend: () => abort.abort(new Error("late")),
      openTerminal,
    });
    const answer = ask(password, abort.signal);
    await asked();
    terminal.type("\u001a");
    await expect(answer).rejects.toThrow("late");
    expect({ opened, disposals: terminal.disposals }).toEqual({ opened: 1, disposals: 1 });
  });

  test("an abort gives the terminal back and rejects with its reason", async () => {
    const { ask, terminal } = setUp();
    const abort = new AbortController();
    const answer = ask(password, abort.signal);
    await asked();
    const reason = new Error("enough");
    abort.abort(reason);
    await expect(answer).rejects.toBe(reason);
    expect(terminal.disposals).toBe(1);
  });

  test("a terminal that goes away answers nothing", async () => {
    const { ask, terminal } = setUp();
    const answer = ask(password, never);
    await asked();
    terminal.type(undefined);
    expect(await answer).toBeUndefined();
  });

  test("two questions at once are asked one after the other", async () => {
    const { ask, terminal } = setUp();
    const first = ask(password, never);
    const second = ask({ kind: "one-time-code", text: "code: ", echo: true }, never);
    await asked();
    expect(terminal.shown).toBe("alice's password: ");
    terminal.type("a\r");
    expect(await first).toBe("a");
    await asked();
    terminal.type("b\r");
    expect(await second).toBe("b");
    expect(terminal.shown).toBe("alice's password: \ncode: b\n");
  });

  test("a question that was not answered does not stop the next", async () => {
    const { ask, terminal } = setUp();
    await expect(ask(password, AbortSignal.abort(new Error("before")))).rejects.toThrow("before");
    const answer = ask(password, never);
    await asked();
    terminal.type("a\r");
    expect(await answer).toBe("a");
  });
});

test("with neither a terminal nor a program there is no answer", async () => {
  const ask = makeAskUser({ env: {}, interrupt: () => {}, openTerminal: () => undefined });
  expect(await ask(password, never)).toBeUndefined();
});

test("a password that nobody can be asked for is an error that says what to do instead", async () => {
  const ask = makeAskUser({ env: {}, interrupt: () => {}, openTerminal: () => undefined });
  const question = { text: "Password: ", otherwise: "without one write it in ~/.netrc" };
  await expect(askPassword(question, ask, never)).rejects.toMatchObject({
    code: "CONFIG_INVALID",
    hint: "Run it on a terminal; without one write it in ~/.netrc.",
  });
});

describe("SSH_ASKPASS", () => {
  async function withProgram(body: string, use: (path: string) => Promise<void>): Promise<void> {
    const dir = makeTempDir("askpass");
    try {
      writeFileSync(dir.file("ask"), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
      await use(dir.file("ask"));
    } finally {
      dir.remove();
    }
  }
  const answerOf = (env: NodeJS.ProcessEnv, terminal?: Terminal): Promise<string | undefined> =>
    makeAskUser({ env, interrupt: () => {}, openTerminal: () => terminal })(password, never);

  test("gets the question and gives the answer where there is a display and no terminal", () =>
    withProgram('echo "answer to $1"; echo more', async (path) => {
      expect(await answerOf({ SSH_ASKPASS: path, DISPLAY: ":0" })).toBe("answer to alice's password: ");
      expect(await answerOf({ SSH_ASKPASS: path, WAYLAND_DISPLAY: "w" })).toBe("answer to alice's password: ");
    }));

  test("is not used without a display, unless it is forced", () =>
    withProgram("echo secret", async (path) => {
      expect(await answerOf({ SSH_ASKPASS: path })).toBeUndefined();
      expect(await answerOf({ SSH_ASKPASS: path, SSH_ASKPASS_REQUIRE: "prefer" })).toBeUndefined();
      expect(await answerOf({ SSH_ASKPASS: path, SSH_ASKPASS_REQUIRE: "force" })).toBe("secret");
      expect(await answerOf({ SSH_ASKPASS: path, SSH_ASKPASS_REQUIRE: "never", DISPLAY: ":0" })).toBeUndefined();
    }));

  test("comes before the terminal when it is preferred or forced, and after it otherwise", () =>
    withProgram("echo secret", async (path) => {
      const env = { SSH_ASKPASS: path, DISPLAY: ":0" };
      expect(await answerOf({ ...env, SSH_ASKPASS_REQUIRE: "prefer" }, new FakeTerminal())).toBe("secret");
      expect(await answerOf({ ...env, SSH_ASKPASS_REQUIRE: "force" }, new FakeTerminal())).toBe("secret");
      const { ask, terminal } = setUp(env);
      const answer = ask(password, never);
      await asked();
      terminal.type("typed\r");
      expect(await answer).toBe("typed");
    }));

  test("that is cancelled, or cannot be run, answers nothing", () =>
    withProgram("echo half; exit 1", async (path) => {
      expect(await answerOf({ SSH_ASKPASS: path, SSH_ASKPASS_REQUIRE: "force" })).toBeUndefined();
      expect(await answerOf({ SSH_ASKPASS: `${path}-missing`, SSH_ASKPASS_REQUIRE: "force" })).toBeUndefined();
    }));

  test("that writes without end is ended", () =>
    withProgram("exec yes", async (path) => {
      expect(await answerOf({ SSH_ASKPASS: path, SSH_ASKPASS_REQUIRE: "force" })).toBeUndefined();
    }));

  test("that waits is ended by an abort", () =>
    withProgram("exec sleep 60", async (path) => {
      const abort = new AbortController();
      const env = { SSH_ASKPASS: path, SSH_ASKPASS_REQUIRE: "force" };
      const answer = makeAskUser({ env, interrupt: () => {} })(password, abort.signal);
      await asked();
      abort.abort(new Error("enough"));
      await expect(answer).rejects.toThrow("enough");
    }));
});
