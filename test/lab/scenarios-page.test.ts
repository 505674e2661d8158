// docs/guides/scenarios.md is made from the table of scenarios.
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { scenarios } from "../../src/lab/scenarios.ts";

/** Drawn by `npm run pictures`; what the picture shows is said by the text before it. */
const picture = (number: string, side: "plain" | "sallyport"): string =>
  `![${number} ${side === "plain" ? "without" : "with"} Sallyport: hosts and connections](../pictures/${number}-${side}-network.svg)`;

function page(): string {
  const chapters = scenarios.map(
    ({ number, title, seen, why, answer }) =>
      `## ${number}: ${title}\n\n${seen} ${why}\n\n${picture(number, "plain")}\n\n**Sallyport:** ${answer}\n\n${picture(number, "sallyport")}\n`,
  );
  return `# The scenarios

The known ways in which FTP fails between hosts, above all through \`ssh -L\`: what one sees, why, and what Sallyport does. Tests and
messages cite the numbers; \`sallyport get --explain\` and \`explain\` at the \`ftp>\` prompt say which one an error is. This page is
made from \`src/lab/scenarios/\`; \`sallyport lab run S08\` plays one ([the lab](lab.md)).

${chapters.join("\n")}`;
}

test("docs/guides/scenarios.md is what the table says", async () => {
  const path = fileURLToPath(new URL("../../docs/guides/scenarios.md", import.meta.url));
  await expect(page(), "write it again with: npx vitest run test/lab/scenarios-page.test.ts -u").toMatchFileSnapshot(
    path,
  );
});

test("the scenarios are S01 to S20, in order", () => {
  const numbers = Array.from({ length: 20 }, (_, index) => `S${String(index + 1).padStart(2, "0")}`);
  expect(scenarios.map(({ number }) => number)).toEqual(numbers);
});
