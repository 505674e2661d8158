// get on a real terminal: the hidden password, the progress line, Ctrl-C.
import { existsSync, truncateSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { describePeers } from "../../support/missing.ts";
import { watchResources } from "../../support/resources.ts";
import { match, type Step, see, type } from "../support/on-terminal.ts";
import { serveDirectory } from "../support/served-directory.ts";

watchResources();

const served = serveDirectory({ name: "anna", password: "hunter2" });
const { here, there } = served;

/** Runs `get` of that file; after the password `steps` go on. All that was shown, and the status. */
const getOnTerminal = (name: string, password: string, steps: readonly Step[] = []): Promise<string> =>
  served.onTerminal(
    ["get", served.shown(name), here.path],
    [
      see("Password of anna at 127.0.0.1: "),
      type(
        `${password}
`,
      ),
      ...steps,
    ],
  );

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
