import { expect, test } from "vitest";
import { parseLab } from "../../../src/cli/lab/lab-command.ts";
import { variantsOf } from "../../../src/lab/run-scenario.ts";
import { runVariant } from "../../../src/lab/run-variant.ts";
import { scenarios } from "../../../src/lab/scenarios.ts";
import type { RunningStage, Stage } from "../../../src/lab/stage.ts";
import { SallyportError } from "../../../src/protocol/error.ts";

const find = (name: string) => {
  const scenario = scenarios.find(({ number }) => name.startsWith(number));
  const variant = scenario && variantsOf(scenario).find((one) => one.name === name);
  if (scenario === undefined || variant === undefined) throw new Error(`no ${name}`);
  return { scenario, variant };
};

/** A stage whose every run ends in the same way. */
const ended = (kind: Stage["kind"], reply: string): RunningStage => ({
  stage: { kind, netstat: async () => [] } as unknown as Stage,
  run: async () => ({ works: reply.startsWith("226"), whole: true, reply }) as never,
  events: () => [],
  [Symbol.asyncDispose]: async () => {},
});

test("--real is an option of lab run only", () => {
  expect(parseLab(["run", "S08", "--real"])).toMatchObject({ numbers: ["S08"], real: true });
  expect(parseLab(["run", "--real", "--all"])).toMatchObject({ all: true, real: true });
  expect(parseLab(["run", "S08"])).toMatchObject({ real: false });
  expect(() => parseLab(["--real"])).toThrow(expect.objectContaining({ code: "USAGE_INVALID" }));
});

test("a difference that is explained is expected on a real network, and only there", async () => {
  const { scenario, variant } = find("S18/sharing-sshd/plain");
  const onReal = await runVariant(scenario, variant, async () => ended("real", "226 done"));
  expect(onReal.variant.run.expected).toMatchObject({ reply: 226 });
  expect(onReal.remark).toMatch(/^Not as in the simulated network: .*TIME_WAIT/);
  const simulated = await runVariant(scenario, variant, async () => ended("simulated", "226 done"));
  expect(simulated).toMatchObject({ variant: { run: { expected: { reply: 425 } } } });
  expect(simulated.remark).toBeUndefined();
});

test("what the kernel cannot do is left out, and said; other errors are errors", async () => {
  const { scenario, variant } = find("S11/plain");
  const without = new SallyportError("NET_UNSUPPORTED", "this kernel has no nf_nat_ftp");
  const played = await runVariant(scenario, variant, () => Promise.reject(without));
  expect(played.evidence).toBeUndefined();
  expect(played.remark).toBe("S11 is left out, because this kernel has no nf_nat_ftp");
  const broken = new SallyportError("CONFIG_INVALID", "no nft");
  await expect(runVariant(scenario, variant, () => Promise.reject(broken))).rejects.toBe(broken);
});
