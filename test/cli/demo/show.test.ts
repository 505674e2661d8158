import { describe, expect, test } from "vitest";
import type { Performance } from "../../../src/cli/demo/act.ts";
import { acts } from "../../../src/cli/demo/acts.ts";
import { choosePaint, coloured, plain } from "../../../src/cli/demo/paint.ts";
import { Show } from "../../../src/cli/demo/show.ts";
import { textWidth } from "../../../src/cli/trace/text-width.ts";
import { SallyportError } from "../../../src/protocol/error.ts";
import { Dialogue } from "../support/dialogue.ts";

const steps = [
  { name: "list", result: "3 lines, each file with its size" },
  { name: "download", result: "every-byte.bin, 16,384 bytes, all the same" },
];
const events = new Dialogue()
  .event({ type: "ssh.channel.open", channel: 12_345, target: "127.0.0.1:60123" }, 0)
  .command("PASV", "EPSV")
  .ownReply("227 Entering Passive Mode (127,0,0,1,195,81).")
  .event({
    type: "relay.note",
    note: "a note that explains something at some length, so that it has to be wrapped here",
  })
  .dataOpen("front")
  .reply(`150 ${"a long reply ".repeat(12)}`)
  .dataClose("front", 3).events;
const failure = {
  step: "download",
  error: new SallyportError(
    "INTERNAL",
    `every-byte.bin: byte 5000 is another one\u001b[2J${" and on and on".repeat(9)}`,
  ),
};

/** Everything that can be printed. */
function everything(show: Show): readonly string[] {
  const performances: Performance[] = acts.flatMap((act) => [
    { act, steps, events },
    { act, steps, events: [], failure },
    { act, steps: [], events, lacking: "it lets nobody listen at the end of a connection, for whatever reason it has" },
  ]);
  return [
    ...show.opening({ tunnel: 60_001, ssh: 60_002, ftp: 60_003 }),
    ...performances.flatMap((performance) => show.act(performance, 8, 8)),
    ...show.summary(performances),
    ...show.invitation({ host: "127.0.0.1", port: 60_001 }),
  ];
}

const withoutColours = (line: string): string => line.replaceAll(/\u001b\[[\d;]*m/g, "");

test.each([
  [undefined, 80],
  [20, 80],
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

describe("an act", () => {
  const [act] = acts;
  const show = new Show({ width: 80, paint: plain });

  test("shows both views, what was checked, and the story", () => {
    const text = show.act({ act: act!, steps, events }, 1, 8).join("\n");
    expect(text).toMatch(/^1\/8 PASV: /);
    expect(text).toMatch(/the client's view {2,}\| {4}the server's view/);
    expect(text).toMatch(/^ {2}> PASV {2,}\| \*> EPSV$/m);
    expect(text).toMatch(/^ {2}ok {2}list: 3 lines/m);
    expect(text).toContain("\n  With plain ssh -L (S08): 425 Security: Bad IP connecting.\n    The client obeys");
    expect(text).not.toContain("closed by");
  });

  test("with two sessions numbers them", () => {
    const two = [...new Dialogue(4).command("PASV").events, ...new Dialogue(5).command("PORT 1,2,3,4,5,6").events];
    const text = show.act({ act: act!, steps, events: two }, 1, 8).join("\n");
    expect(text).toMatch(/^ {2}4 {2}> PASV.*\n {2}5 {2}> PORT/m);
  });

  test("that failed says where, and is FAILED in the summary", () => {
    const performance = { act: act!, steps, events: [], failure };
    expect(show.act(performance, 1, 8).join("\n")).toContain("\n  FAILED  download: every-byte.bin: byte 5000");
    expect(show.summary([performance])[1]).toMatch(/^ PASV +FAILED +S08 {2}425 Security: Bad IP connecting\.$/);
  });

  test("that the system does not allow is left out, and says why", () => {
    const performance = { act: act!, steps: [], events: [], lacking: "no such thing" };
    expect(show.act(performance, 1, 8)).toContain("  not on this system: no such thing");
    expect(show.summary([performance])[1]).toMatch(/^ PASV +left out +S08/);
  });
});

test("a long reply is its code and its last words in the summary", () => {
  const act = { ...acts[0]!, story: { scenario: "S01", error: `425 ${"Much ".repeat(20)}ado: nothing`, why: "" } };
  expect(new Show({ width: 80, paint: plain }).summary([{ act, steps, events }])[1]).toMatch(
    /S01 {2}425 \.\.\. nothing$/,
  );
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
  for (const { name } of acts) expect(name.length).toBeLessThanOrEqual(17);
  expect(new Set(acts.map(({ story }) => story.scenario)).size).toBe(acts.length);
});
