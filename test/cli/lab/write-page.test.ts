import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { LabCommand } from "../../../src/cli/lab/lab-command.ts";
import { parseLab } from "../../../src/cli/lab/lab-command.ts";
import { runLab } from "../../../src/cli/lab/run-lab.ts";
import type { Scenario } from "../../../src/lab/scenario.ts";
import { scenarios } from "../../../src/lab/scenarios.ts";
import { simulatedStage } from "../../../src/lab/simulated/simulated-stage.ts";
import { writePage } from "../../../src/lab/write-page.ts";
import { makeTempDir } from "../../support/tempdir.ts";
import { makeIo } from "../demo/fake-io.ts";

const command = (words: string): LabCommand => parseLab(words.split(" "));

async function run(words: string): Promise<{ readonly status: number; readonly lines: readonly string[] }> {
  const { io, lines } = makeIo();
  return { status: await runLab(command(words), io), lines };
}

test("--html FILE writes a page of one scenario, and says so in one line", async () => {
  await using folder = makeTempDir("lab-html");
  const file = folder.file("s07.html");
  const { status, lines } = await run(`run S07 --html ${file}`);
  expect(status).toBe(0);
  expect(lines).toEqual([expect.stringMatching(new RegExp(`^wrote ${file}: S07, \\d+ kB$`))]);
  const html = readFileSync(file, "utf8");
  expect(html).toContain('<article id="S07">');
  expect(html).toContain("500 Illegal PORT command");
  expect(readdirSync(folder.path)).toEqual(["s07.html"]);
});

test("of several scenarios it writes a booklet, over what the file had before", async () => {
  await using folder = makeTempDir("lab-html");
  const file = folder.file("some.html");
  writeFileSync(file, "old");
  const { lines } = await run(`run S07 S19 --html ${file}`);
  expect(lines).toEqual([expect.stringContaining("2 scenarios")]);
  const html = readFileSync(file, "utf8");
  expect(html).toContain('<a href="#S19">');
  expect(html.match(/<article /g)).toHaveLength(2);
});

test("a directory is refused before anything is played", async () => {
  await using folder = makeTempDir("lab-html");
  const stage = () => Promise.reject(new Error("played"));
  await expect(writePage(folder.path, scenarios, stage)).rejects.toMatchObject({ code: "FS_IS_DIRECTORY" });
});

test("a folder that is not there is summary, and nothing is left behind", async () => {
  await using folder = makeTempDir("lab-html");
  const file = folder.file("nowhere/s07.html");
  await expect(run(`run S07 --html ${file}`)).rejects.toMatchObject({ code: "FS_NOT_FOUND" });
  expect(existsSync(file)).toBe(false);
  expect(readdirSync(folder.path)).toEqual([]);
});

test("an outcome that was not expected is summary, in the line and as exit status", async () => {
  await using folder = makeTempDir("lab-html");
  const [s07] = scenarios.filter(({ number }) => number === "S07");
  const wrong = { ...s07, plain: { ...s07?.plain, expected: { works: true, reply: 226, dataBesideSsh: false } } };
  const { summary, isRight } = await writePage(folder.file("a.html"), [wrong as Scenario], simulatedStage());
  expect(isRight).toBe(false);
  expect(summary).toContain("NOT every outcome was as expected");
});

describe("the words", () => {
  test.each([
    ["run S07 --html a.html", { numbers: ["S07"], html: "a.html" }],
    ["run --all --html a.html", { all: true, html: "a.html" }],
    ["run --html=a.html S01 S02", { numbers: ["S01", "S02"], html: "a.html" }],
  ])("%s", (words, expected) => {
    expect(command(words)).toMatchObject(expected);
  });

  test.each([
    "run S07 --html",
    "run S07 --html=",
    "--html a.html",
    "run S07 --step --html a.html",
    "run --html a.html",
  ])("%s is refused", (words) => {
    expect(() => command(words)).toThrow(expect.objectContaining({ code: "USAGE_INVALID" }));
  });
});
