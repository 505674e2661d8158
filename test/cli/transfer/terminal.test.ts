// get on a real terminal: the hidden password, the progress line, Ctrl-C.
import { existsSync, truncateSync, writeFileSync } from "node:fs";
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { openServer } from "../../../src/serve/open-server.ts";
import type { Server } from "../../../src/serve/options.ts";
import { describePeers } from "../../support/missing.ts";
import { watchResources } from "../../support/resources.ts";
import { makeTempDir, type TempDir } from "../../support/tempdir.ts";
import { type BuiltProgram, buildProgram } from "../support/built-program.ts";
import { match, onTerminal, type Step, see, type } from "../support/on-terminal.ts";

watchResources();

let program: BuiltProgram;
beforeAll(() => {
  program = buildProgram();
});

let there: TempDir;
let here: TempDir;
let server: Server;
beforeEach(async () => {
  there = makeTempDir("there");
  here = makeTempDir("here");
  const users = [{ name: "anna", password: "hunter2" }];
  server = await openServer({ files: there.path, users, listen: [{ port: 0 }] });
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  there.remove();
  here.remove();
});

/** Runs `get` of that file; after the password `steps` go on. All that was shown, and the status. */
const getOnTerminal = (name: string, password: string, steps: readonly Step[] = []): Promise<string> =>
  onTerminal({
    program: program.real,
    words: ["get", `ftp://anna@127.0.0.1:${server.listeners[0]?.port}/${name}`, here.path],
    steps: [see("Password of anna at 127.0.0.1: "), type(`${password}\r`), ...steps],
    home: here.path,
  });

describePeers(["expect"], "on a terminal", () => {
  test("the password is asked for and not shown", async () => {
    writeFileSync(there.file("f"), "text");
    const shown = await getOnTerminal("f", "hunter2");
    expect(shown).toMatch(/f: 4 bytes received in [\s\S]*status 0/);
    expect(shown).not.toContain("hunter2");
  });

  test("a wrong password is told, with status 1", async () => {
    expect(await getOnTerminal("f", "wrong")).toMatch(/did not let anna in: 530[\s\S]*status 1/);
  });

  test("a line tells share, rate and time left; Ctrl-C wipes it, and says what is kept", async () => {
    writeFileSync(there.file("big"), "");
    truncateSync(there.file("big"), 20_000_000_000);
    const shown = await getOnTerminal("big", "hunter2", [match("iB/s +[0-9:]+ left"), type("\u0003")]);
    expect(shown).toMatch(/\r\x1b\[K +\d% big \[=* *\] +[\d.]+ [KMG]iB/);
    expect(shown).toMatch(
      /\r\x1b\[K[^\r]*sallyport-part keeps [\d,]+ bytes of it; --resume continues there[\s\S]*status 130/,
    );
    expect(existsSync(here.file("big"))).toBe(false);
  });

  test("Ctrl-C at the question ends the program", async () => {
    expect(await getOnTerminal("f", "\x03")).toMatch(/status 130/);
  });
});
