import { join } from "node:path";
import { expect, test } from "vitest";
import {
  commandsPage,
  doctorSchema,
  findingsPage,
  limitsPage,
  realNetworkPage,
  transferStatesPage,
} from "./reference-pages.ts";
import { root } from "./source-files.ts";

const stale = "the page is not what the source says; write it again with: npx vitest run --project static -u";

test.each([
  ["docs/reference/limits.md", limitsPage],
  ["docs/reference/commands.md", commandsPage],
  ["docs/reference/findings.md", findingsPage],
  ["docs/reference/doctor.schema.json", doctorSchema],
  ["docs/internals/real-network.md", realNetworkPage],
  ["docs/internals/transfer-states.md", transferStatesPage],
])("%s is what the source says", async (path, page) => {
  await expect(page(), stale).toMatchFileSnapshot(join(root, path));
});
