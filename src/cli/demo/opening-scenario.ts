// How the demo opens: one scenario of the lab, the failure and the cure, in a few lines.
import type { Evidence } from "../../lab/evidence.ts";
import { isAsExpected, runAct } from "../../lab/run-scenario.ts";
import type { Act } from "../../lab/scenario.ts";
import { s04 } from "../../lab/scenarios/s04-loopback-target-passive.ts";
import { simulatedStage } from "../../lab/simulated/simulated-stage.ts";
import { SallyportError } from "../../protocol/error.ts";
import { escapeText } from "../report/escape-text.ts";
import { wrapText } from "../trace/text-width.ts";
import type { Paint } from "./paint.ts";

const width = 78;

/** Plays S04 in a simulated network. Throws `INTERNAL` when it does not come out as it must. */
export async function openingScenario(paint: Paint): Promise<readonly string[]> {
  const { number, title, topology, plain, sallyport, why, answer } = s04;
  const lines: string[] = [paint("title", `Why: ${number}, ${title}, in a simulated network`), ""];
  for (const [act, words] of [
    [plain, why],
    [sallyport, answer],
  ] as const) {
    const evidence = await runAct(topology, act, simulatedStage());
    if (!isAsExpected(evidence, act)) throw wrongOutcome(number);
    lines.push(
      ...summary(act, evidence, paint),
      ...wrapText(words, width - 4).map((line) => `    ${line.trimStart()}`),
      "",
    );
  }
  return [...lines, "More of it: sallyport lab", ""];
}

/** What was typed, and what client and server said of the first transfer. */
function summary({ typed }: Act, { events }: Evidence, paint: Paint): readonly string[] {
  const said = events.flatMap((event) => {
    if (event.type === "call") return [paint("bad", `  ${event.host}: ${event.call}: ${event.error}`)];
    if (event.type !== "line" || event.party === "ftp-server") return [];
    const text = escapeText(event.text);
    return [
      event.from === "client" ? `  ---> ${text}` : text.startsWith("226") ? paint("good", `  ${text}`) : `  ${text}`,
    ];
  });
  const from = said.indexOf("  ---> PASV");
  const end = said.findIndex((line) => /226 |: E[A-Z]+/.test(line));
  return [...typed.map((line) => `  ${line}`), ...said.slice(from, end + 1)];
}

function wrongOutcome(number: string): SallyportError {
  return new SallyportError("INTERNAL", `the demo's scenario ${number} came out in another way than it must`, {
    cure: `Please report it, with what "sallyport lab run ${number}" prints.`,
  });
}
