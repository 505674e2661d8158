// The prompt on a real terminal.
import { existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { describePeers } from "../../support/missing.ts";
import { watchResources } from "../../support/resources.ts";
import { linesOf, type Step, see, type } from "../support/on-terminal.ts";
import { serveDirectory } from "../support/served-directory.ts";

watchResources();

const served = serveDirectory({ name: "anna", password: "hunter2" });
const { here, there } = served;

const ftp = (
  steps: readonly Step[],
  args: readonly string[] = [],
  onShown?: (shown: string) => void,
): Promise<string> => served.onTerminal(["ftp", ...args, "127.0.0.1", String(served.port)], steps, onShown);

const login: readonly Step[] = [
  see("Name (127.0.0.1:"),
  type("anna\r"),
  see("Password: "),
  type("hunter2\r"),
  see("230 "),
  see("ftp> "),
];
const quit: readonly Step[] = [type("quit\r")];

describePeers(["expect"], "the prompt on a terminal", () => {
  test("S01: with -d the whole dialogue has the shape of the case study", async () => {
    mkdirSync(there.file("d"));
    writeFileSync(there.file("d/f"), "x");
    const told = (line: string): Step[] => [type(`${line}\r`)];
    const steps = [
      ...login,
      ...[...told("cd d"), see("250 "), see("ftp> "), ...told("cd nowhere"), see("550 "), see("ftp> ")],
      ...[...told("ls"), see("226 "), see("ftp> "), ...told("get f"), see("received in"), see("ftp> ")],
      ...told("quit"),
    ];
    const shown = linesOf(await ftp(steps, ["-d"])).filter((line) => line !== "");
    const begin = shown.indexOf("ftp> ls");
    // FEAT has as many lines as the server has features.
    const dialogue = shown.slice(0, begin).filter((line) => !line.startsWith(" "));
    expect(dialogue).toEqual(
      [
        ...[/^Connected to 127\.0\.0\.1\.$/, /^220 /, /^Name \(127\.0\.0\.1:[^)]+\): anna$/],
        ...[/^---> USER anna$/, /^331 /, /^Password: $/, /^---> PASS XXXX$/],
        ...[/^---> FEAT$/, /^---> TYPE I$/, /^---> OPTS UTF8 ON$/, /^230 /, /^211-/, /^211 /, /^200 /, /^200 /],
        ...[/^ftp> cd d$/, /^---> CWD d$/, /^250 /, /^ftp> cd nowhere$/, /^---> CWD nowhere$/, /^550 /],
      ].map((line) => expect.stringMatching(line)),
    );
    // What is pipelined is answered in its order, but not at one time.
    const transfers = shown.slice(begin);
    const [sent, replies] = [/^---> /, /^\d{3} /].map((kind) => transfers.filter((line) => kind.test(line)));
    expect(sent).toEqual(["EPSV", "LIST", "SIZE f", "MDTM f", "EPSV", "RETR f", "QUIT"].map((line) => `---> ${line}`));
    expect(replies?.map((line) => line.slice(0, 3))).toEqual("229 150 226 213 213 229 150 226 221".split(" "));
    expect(transfers).toEqual(expect.arrayContaining([expect.stringMatching(/^-rw.* f$/), "ftp> quit", "status 0"]));
  });

  test("asks for name and password, shows the password nowhere, and replies as they come", async () => {
    const steps = [
      ...login,
      type("pwd\r"),
      see("257 "),
      see("ftp> "),
      type("cd nowhere\r"),
      see("550 "),
      see("ftp> "),
      ...quit,
    ];
    const shown = await ftp(steps, ["-d"]);
    expect(shown).toContain("---> PASS XXXX");
    expect(shown).not.toContain("hunter2");
    expect(shown).toContain("221 ");
    expect(shown).toMatch(/status 0\s*$/);
  });

  test("the greeting comes before the questions, a wrong password is no end, and user logs in again", async () => {
    const steps = [
      see("220 "),
      see("Name (127.0.0.1:"),
      type("anna\r"),
      see("Password: "),
      type("wrong\r"),
      see("530 "),
      see("Type user NAME to try again."),
      see("ftp> "),
      type("user anna\r"),
      see("Password: "),
      type("hunter2\r"),
      see("230 "),
      see("ftp> "),
      // In the session that is there.
      type("user anna hunter2\r"),
      see("331 "),
      see("230 "),
      see("ftp> "),
      ...quit,
    ];
    const shown = await ftp(steps);
    expect(shown.match(/^220 /gm)).toHaveLength(2);
    expect(shown).not.toContain("211");
    expect(shown).toMatch(/status 0\s*$/);
  });

  test("Tab completes commands, files here and files at the server", async () => {
    writeFileSync(there.file("two words.txt"), "x");
    mkdirSync(there.file("deep"));
    writeFileSync(there.file("deep/er"), "y");
    writeFileSync(here.file("mine"), "z");
    const steps = [
      ...login,
      type("reg\t"),
      see("reget "),
      type("tw\t"),
      see("two\\ words.txt "),
      type("\r"),
      see("1 byte received"),
      see("ftp> "),
      type("get de\t"),
      see("deep/"),
      type("\t"),
      see("er "),
      type("\r"),
      see("1 byte received"),
      see("ftp> "),
      // At once: the Enter waits for the completion.
      type("put mi\t\r"),
      see("1 byte sent"),
      see("ftp> "),
      type("size tw\t\r"),
      see("two words.txt\t1"),
      see("ftp> "),
      ...quit,
    ];
    expect(await ftp(steps)).toMatch(/status 0\s*$/);
    expect(readFileSync(here.file("two words.txt"), "utf8")).toBe("x");
    expect(readFileSync(here.file("er"), "utf8")).toBe("y");
    expect(existsSync(there.file("mine"))).toBe(true);
  });

  test("Ctrl-C ends the transfer, shows no more of it, and leaves the session as it was", async () => {
    writeFileSync(there.file("endless"), "");
    truncateSync(there.file("endless"), 2 ** 42);
    const steps = [
      ...login,
      type("get endless /dev/null\r"),
      see("[  "),
      see("iB/s"),
      type("\u0003"),
      see("interrupted"),
      see("ftp> "),
      type("size endless\r"),
      see(String(2 ** 42)),
      see("ftp> "),
      ...quit,
    ];
    const shown = await ftp(steps);
    expect(shown).toMatch(/ {2}0% endless \[ +\] +\S+ [KMG]iB +\S+ [KMG]iB\/s +\S+ left/);
    expect(shown).toMatch(/status 0\s*$/);
    expect(served.server.transfersRunning).toBe(0);
  });

  test("Ctrl-C ends the program behind a | and one behind a !, and the prompt is there again", async () => {
    // The line itself must not have the word in it.
    const ended = (line: string): Step[] => [type(`${line}\r`), see("begun"), type("\u0003"), see("ftp> ")];
    const steps = [
      ...login,
      ...ended("ls | echo be\\gun; exec sleep 1000"),
      ...ended("!echo be\\gun; exec sleep 1000"),
      // A Ctrl-C that comes when its program has gone already. "Pending" for the system as long as nobody has taken it.
      type(
        "!(sleep 0.3; kill -INT $PPID; while grep -q '^S..Pnd.*[2367abef]$' /proc/$PPID/status; do :; done; echo se\\nt) &\r",
      ),
      see("sent"),
      // Taken is not yet heeded; a command that asks the server would be ended by it.
      type("lpwd\r"),
      see(here.path),
      see("ftp> "),
      type("pwd\r"),
      see("257 "),
      see("ftp> "),
      ...quit,
    ];
    expect(await ftp(steps)).toMatch(/status 0\s*$/);
  });

  test("Ctrl-C at the prompt drops the line, arrow up brings an earlier one, Ctrl-D ends", async () => {
    const steps = [
      ...login,
      type("lpwd\r"),
      see(here.path),
      see("ftp> "),
      type("delete every"),
      see("every"),
      type("\u0003"),
      see("ftp> "),
      type("\u001b[A"),
      see("lpwd"),
      type("\r"),
      see(here.path),
      see("ftp> "),
      type("\u0004"),
    ];
    expect(await ftp(steps)).toMatch(/status 0\s*$/);
  });

  test("mget asks before each file: no, yes, all the rest, or none of them", async () => {
    for (const name of ["a", "b", "c", "d"]) writeFileSync(there.file(name), name);
    const ask = (name: string): Step => see(`mget ${name} [y/n/a/q]? `);
    const steps = [
      ...login,
      type("mget *\r"),
      ask("a"),
      type("n\r"),
      ask("b"),
      type("y\r"),
      ask("c"),
      type("a\r"),
      see("remote: d"),
      see("ftp> "),
      type("mget a b\r"),
      ask("a"),
      type("q\r"),
      see("ftp> "),
      ...quit,
    ];
    expect(await ftp(steps)).toMatch(/status 0\s*$/);
    expect(["a", "b", "c", "d"].map((name) => existsSync(here.file(name)))).toEqual([false, true, true, true]);
  });

  test("a session that the server ends is told at once, and the line that was begun is there again", async () => {
    const steps = [
      ...login,
      type("lpw"),
      see("421 "),
      see("ftp> "),
      see("lpw"),
      type("d\r"),
      see(here.path),
      see("ftp> "),
      type("pwd\r"),
      see("not connected"),
      see("ftp> "),
      ...quit,
    ];
    const endsSession = (shown: string): void => {
      if (shown.endsWith("lpw")) void served.server[Symbol.asyncDispose]();
    };
    expect(await ftp(steps, [], endsSession)).toMatch(/status 0\s*$/);
  });

  test("Ctrl-C at the question for the password ends the login and not the program", async () => {
    const steps = [
      see("Name (127.0.0.1:"),
      type("anna\r"),
      see("Password: "),
      type("hunt\u0003"),
      see("interrupted"),
      see("ftp> "),
      type("status\r"),
      see("Not connected."),
      see("ftp> "),
      ...quit,
    ];
    expect(await ftp(steps)).toMatch(/status 0\s*$/);
  });

  test("a wrong password leaves the prompt there, and user tries again", async () => {
    const steps = [
      see("Name (127.0.0.1:"),
      type("anna\r"),
      see("Password: "),
      type("wrong\r"),
      see("did not let anna in"),
      see("ftp> "),
      type("user anna\r"),
      see("Password: "),
      type("hunter2\r"),
      see("230 "),
      see("ftp> "),
      ...quit,
    ];
    expect(await ftp(steps)).toMatch(/status 0\s*$/);
  });
});
