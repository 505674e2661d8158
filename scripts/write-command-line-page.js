// Writes docs/reference/command-line.md from the option table. Run `npm run build` first.
import { writeFileSync } from "node:fs";
import { referencePage } from "../dist/cli/command-line/reference-page.js";

writeFileSync(new URL("../docs/reference/command-line.md", import.meta.url), referencePage());
