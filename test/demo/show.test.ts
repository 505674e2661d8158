import { describe, expect, test } from "vitest";
import { Show } from "../../src/demo/show.ts";
import { loopbackModes } from "../../src/lab/loopback/modes.ts";
import type { ModeRun } from "../../src/lab/loopback/run-mode.ts";
import { runOnStage } from "../../src/lab/run-scenario.ts";
import { s04 } from "../../src/lab/scenarios/forwarded-ports.ts";
import { simulatedStage } from "../../src/lab/simulated/simulated-stage.ts";
import { SallyportError } from "../../src/protocol/error.ts";
import { choosePaint, coloured, plain } from "../../src/text/paint.ts";
import { textWidth } from "../../src/text/text-columns.ts";
import { Dialogue } from "../cli/support/dialogue.ts";

const steps = [
  { name: "list", result: "LIST, 333 bytes, /file is in it" },
  { name: "download", result: "/file, 46,000 bytes, all the same" },
];
const events = new Dialogue()
  .event({ type: "ssh.channel.open", channel: 12_345, target: "127.0.0.1:60123" }, 0)
  .command("PASV", "EPSV")
  .ownReply("227 Entering Passive Mode (127,0,0,1,195,81).")
  .event({
    type: "relay.note",
    note: "a note that explains something at some length, so that it has to be wrapped here",
  })
  .dataOpen("downstream")
  .reply(`150 ${"a long reply ".repeat(12)}`)
  .dataClose("downstream", 3).events;
const failure = {
  step: "download",
  error: new SallyportError(
    "INTERNAL",
    `every-byte.bin: byte 5000 is another one\u001b[2J${" and on and on".repeat(9)}`,
  ),
};

const evidence = await runOnStage(s04.topology, s04.plain, simulatedStage());
const fixed = await runOnStage(s04.topology, s04.sallyport, simulatedStage());
const why = "The client obeys and goes round ssh, and the server takes what it then sees for a theft of the port.";

const runOf = (more: Partial<ModeRun> = {}): ModeRun => ({
  mode: loopbackModes[0]!,
  steps,
  first: events,
  all: events,
  ...more,
});
const lacking = "it lets nobody listen at the end of a connection, for whatever reason it has";

/** Everything that can be printed. */
function everything(show: Show): readonly string[] {
  const runs = loopbackModes.flatMap((mode) => [
    runOf({ mode }),
    runOf({ mode, first: [], failure }),
    runOf({ mode, steps: [], lacking }),
  ]);
  return [
    ...show.opening(s04, true),
    ...show.failure(s04, evidence),
    ...show.fix(s04, fixed),
    ...show.modesOpening({ tunnel: 60_001, ssh: 60_002, ftp: 60_003 }, true),
    ...runs.flatMap((run) => show.mode(run, "8/8", run.first, why)),
    ...show.table(runs),
    ...show.whatToType(false),
    ...show.invitation({ host: "127.0.0.1", port: 60_001 }),
  ];
}

const withoutColours = (line: string): string => line.replaceAll(/\u001b\[[\d;]*m/g, "");

test.each([
  [undefined, 80],
  [50, 50],
  [60, 60],
  [80, 80],
  [100, 100],
  [300, 120],
])("on a terminal of %s columns no line is wider than %i", (columns = 80, widest) => {
  const lines = everything(new Show({ width: columns, paint: plain }));
  expect(lines.filter((line) => textWidth(line) > widest)).toEqual([]);
});

test("without colours there is no control character, whatever an error says", () => {
  expect(everything(new Show({ width: 80, paint: plain })).join("")).not.toMatch(/\p{Cc}/u);
});

test("colours change nothing but colours, and each line ends without one", () => {
  const dressed = everything(new Show({ width: 80, paint: coloured }));
  expect(dressed.map(withoutColours).map((line) => line.trimEnd())).toEqual(
    everything(new Show({ width: 80, paint: plain })).map((line) => line.trimEnd()),
  );
  for (const line of dressed.filter((one) => one.includes("\u001b"))) {
    expect(line.lastIndexOf("\u001b[0m")).toBe(line.lastIndexOf("\u001b["));
  }
});

describe("a mode", () => {
  const show = new Show({ width: 80, paint: plain });

  test("shows both views, what was checked, and what plain ssh makes of it", () => {
    const text = show.mode(runOf(), "1/8", events, why).join("\n");
    expect(text).toMatch(/^1\/8 PASV: /);
    expect(text).toMatch(/the client's view {2,}\| {4}the server's view/);
    expect(text).toMatch(/^ {2}> PASV {2,}\| \*> EPSV$/m);
    expect(text).toMatch(/^ {2}ok {2}list: LIST, 333 bytes/m);
    expect(text).toContain("\n  With plain ssh -L (S08): 425 Security: Bad IP connecting.\n    The client obeys");
    expect(text).not.toContain("closed by");
  });

  test("on 50 columns shows one view below the other, the server's behind a bar", () => {
    const text = new Show({ width: 50, paint: plain }).mode(runOf(), "1/8", events, why).join("\n");
    expect(text).toMatch(/^ {2}> PASV\n {6}\| \*> EPSV$/m);
  });

  test("with two sessions numbers them", () => {
    const two = [...new Dialogue(4).command("PASV").events, ...new Dialogue(5).command("PORT 1,2,3,4,5,6").events];
    expect(show.mode(runOf(), "1/8", two, why).join("\n")).toMatch(/^ {2}4 {2}> PASV.*\n {2}5 {2}> PORT/m);
  });

  test("that failed says where, and is FAILED in the table", () => {
    const run = runOf({ first: [], failure });
    expect(show.mode(run, "1/8", [], why).join("\n")).toContain("\n  FAILED  download: every-byte.bin: byte 5000");
    expect(show.table([run])[1]).toMatch(/^ {2}PASV +FAILED +S08 {2}425 Security: Bad IP connecting\.$/);
  });

  test("that the system does not allow is left out, and says why", () => {
    const run = runOf({ steps: [], first: [], lacking: "no such thing" });
    expect(show.mode(run, "1/8", [], why)).toContain("  not on this system: no such thing");
    expect(show.table([run])[1]).toMatch(/^ {2}PASV +left out +S08/);
  });
});

test.each([
  [`425 ${"Much ".repeat(20)}ado: nothing`, /S01 {2}425 \.\.\. nothing$/],
  ["ssh says a sentence that is a little too long", /S01 {2}ssh says a sentence that is a little \.\.\.$/],
])("in the table an error that is too long is cut between words: %s", (error, shown) => {
  const mode = { ...loopbackModes[0]!, scenario: "S01", error };
  expect(new Show({ width: 80, paint: plain }).table([runOf({ mode })])[1]).toMatch(shown);
});

test.each([
  ["a terminal", {}, true, coloured],
  ["no terminal", {}, false, plain],
  ["NO_COLOR", { NO_COLOR: "1" }, true, plain],
  ["an empty NO_COLOR, which is none", { NO_COLOR: "" }, true, coloured],
  ["a dumb terminal", { TERM: "dumb" }, true, plain],
])("%s decides about colours", (_name, env, isTerminal, paint) => {
  expect(choosePaint(env, isTerminal)).toBe(paint);
});

test("every name fits into the summary's column, every scenario is one of a kind", () => {
  for (const { name } of loopbackModes) expect(name.length).toBeLessThanOrEqual(17);
  expect(new Set(loopbackModes.map(({ scenario }) => scenario)).size).toBe(loopbackModes.length);
});
