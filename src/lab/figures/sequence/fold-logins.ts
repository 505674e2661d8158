// Login is the same in every scenario: where it goes through unchanged it takes one step.
import type { Step } from "./steps.ts";

const parts = /^(?:220[ -]|331 |230[ -]|200 |USER |PASS |TYPE )/i;

export function foldLogins(steps: readonly Step[]): Step[] {
  const folded: Step[] = [];
  for (let index = 0; index < steps.length; ) {
    const length = loginLength(steps, index);
    const first = steps[index];
    if (first === undefined) break;
    if (length > 0 && first.type === "line") {
      const words = steps.slice(index, index + length).map((step) => (step.type === "line" ? wordOf(step.text) : ""));
      // Greeting: from the server, so the ends are turned around.
      folded.push({ type: "login", from: first.to, to: first.from, text: `login: ${words.join(", ")}` });
      index += length;
    } else {
      folded.push(first);
      index += 1;
    }
  }
  return folded;
}

/** How many steps from here are the login of one session, from the greeting to 230 or what TYPE gets; 0 when none begins. */
function loginLength(steps: readonly Step[], start: number): number {
  const greeting = steps[start];
  if (greeting?.type !== "line" || !greeting.text.startsWith("220") || !greeting.isWhole) return 0;
  let length = 0;
  let isIn = false;
  for (const step of steps.slice(start)) {
    if (step.type !== "line" || !step.isWhole || !parts.test(step.text)) break;
    // Another session, or its greeting.
    if (![step.from, step.to].includes(greeting.to) || (isIn && step.text.startsWith("220"))) break;
    length += 1;
    isIn ||= step.text.startsWith("230");
  }
  return isIn ? length : 0;
}

const wordOf = (text: string): string => text.slice(0, text.startsWith("TYPE") ? 6 : text.search(/[ -]|$/));
