// Builds dist/ with tsc alone. Run by `npm ci` through "prepare".
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const typescript = dirname(createRequire(import.meta.url).resolve("typescript/package.json"));
rmSync(join(root, "dist"), { recursive: true, force: true });
execFileSync(process.execPath, [join(typescript, "bin", "tsc"), "-p", join(root, "tsconfig.json")], {
  stdio: "inherit",
});
