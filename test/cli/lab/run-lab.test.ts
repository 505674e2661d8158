// The lab at the terminal, in this process: what is shown, and the exit status.
import { expect, test } from "vitest";
import type { LabCommand } from "../../../src/cli/lab/lab-command.ts";
import { runLab } from "../../../src/cli/lab/run-lab.ts";
import { scenarios } from "../../../src/lab/scenarios.ts";
import { simulatedStage } from "../../../src/lab/simulated/simulated-stage.ts";
import type { OpenStage } from "../../../src/lab/stage.ts";
import { watchResources } from "../../support/resources.ts";
import { makeIo } from "../demo/fake-io.ts";

watchResources();

const none: LabCommand = { kind: "lab", numbers: [], all: false, step: false, real: false };

async function lab(
  command: Partial<LabCommand>,
  options: Parameters<typeof makeIo>[0] = {},
  openStage?: OpenStage,
): Promise<{ readonly status: number; readonly lines: readonly string[]; readonly text: string }> {
  const { io, lines } = makeIo(options);
  const status = await runLab({ ...none, ...command }, io, openStage);
  return { status, lines, text: lines.join("\n") };
}

/** Every transfer is said to have failed. */
const spoiledStage: OpenStage = async (topology) => {
  const running = await simulatedStage()(topology);
  return {
    stage: running.stage,
    events: () => running.events(),
    run: async (story) => ({ ...(await running.run(story)), works: false, reply: "451 Spoiled." }),
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose]().then(),
  };
};

test("without a number the twenty are listed, a line each", async () => {
  const { status, lines } = await lab({});
  expect(status).toBe(0);
  expect(lines).toHaveLength(20);
  for (const [index, { number, name, title }] of scenarios.entries()) {
    expect(lines[index]).toBe(`${number}  ${name.padEnd(24)}${title}`);
  }
});

test("S04 is shown without Sallyport and with it: figure, dialogue, what failed, why", async () => {
  const { status, text } = await lab({ numbers: ["S04"] });
  expect(status).toBe(0);
  const [before = "", after = ""] = text.split("\nWith Sallyport\n");
  expect(before).toContain("client$ ssh -N -L 2001:localhost:21 user@203.0.113.3");
  expect(before).toMatch(/│X +│ +│\n {3}data 127\.0\.0\.1:\d+ to 127\.0\.0\.1:\d+: refused by client\n/);
  expect(before).toMatch(/---> PASV\n {2}227 .*\(127,0,0,1,/);
  expect(before).toMatch(/client: connect 127\.0\.0\.1:\d+: ECONNREFUSED/);
  expect(before).toContain("as expected: fails, no final reply, ECONNREFUSED");
  expect(before).toContain("client$ netstat -tan");
  expect(after).toContain("client$ sallyport -L 2001:localhost:21 user@203.0.113.3");
  expect(after).toContain("as expected: works, 226");
});

test("S09 shows where the filter drops, S17 shows TIME_WAIT", async () => {
  const { text } = await lab({ numbers: ["S09", "S17"] });
  expect(text).toMatch(/X─+│\n {3}data 203\.0\.113\.3:20 to 198\.51\.100\.2:\d+: dropped at firewall\n/);
  expect(text).toMatch(/tcp {2}203\.0\.113\.3:20 +198\.51\.100\.2:\d+ +TIME_WAIT/);
});

test("what was noted names its host once", async () => {
  const { text } = await lab({ numbers: ["S20"] });
  expect(text).toContain("\n  - client: the control connection has ended\n");
  expect(text).toContain("\n  - server: the FTP server is gone\n");
});

test("S18 by hand shows the sockets between the transfers", async () => {
  const { text } = await lab({ numbers: ["S18"] });
  expect(text).toMatch(
    /226 [^\n]*\n {2}server\$ netstat -tan\n {4}tcp {2}127\.0\.0\.1:20 +127\.0\.0\.1:\d+ +TIME_WAIT\n[\s\S]*?---> RETR \/file\n {2}425 /,
  );
});

test("no line is wider than 100 columns, and without a terminal there is no colour", async () => {
  const { lines, text } = await lab({ numbers: ["S16", "S06", "S20"] });
  expect(lines.filter((line) => line.length > 100)).toEqual([]);
  expect(text).not.toContain("\u001b");
});

test.each([
  [{ columns: 80, env: {} }, true],
  [{ columns: 80, env: { NO_COLOR: "1" } }, false],
])("a terminal gets colours unless NO_COLOR is set: %o", async (options, coloured) => {
  const { text } = await lab({ numbers: ["S04"] }, options);
  expect(text.includes("\u001b[31m")).toBe(coloured);
});

test("--all says one line for each scenario and variant, and 0", async () => {
  const { status, lines } = await lab({ all: true });
  expect(status).toBe(0);
  expect(lines).toHaveLength(23);
  for (const { number } of scenarios) expect(lines.some((line) => line.startsWith(`${number} ok `))).toBe(true);
  expect(lines[7]).toMatch(/^S08 ok {2}pasv-port-theft +without: fails, 425, data beside SSH; with: works, 226$/);
});

test("an outcome that is not as expected is told, and the status is 1", async () => {
  const { status, text } = await lab({ numbers: ["S04"] }, {}, spoiledStage);
  expect(status).toBe(1);
  expect(text).toContain("NOT as expected: fails, 451; expected: works, 226");
});

test("--step without a terminal is a usage error that says so", async () => {
  await expect(lab({ numbers: ["S04"], step: true, real: false })).rejects.toMatchObject({
    code: "USAGE_INVALID",
    message: expect.stringContaining("not a terminal"),
  });
});
