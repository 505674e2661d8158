// Builds dist/. Run by `npm ci` through "prepare". The library is compiled module by module (tsc), the program is bundled.
import { execFileSync } from "node:child_process";
import { readFileSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundle } from "./bundle.js";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, "dist");
const typescript = createRequire(import.meta.url).resolve("typescript/package.json");

rmSync(dist, { recursive: true, force: true });
execFileSync(process.execPath, [join(dirname(typescript), "bin/tsc"), "-p", join(root, "tsconfig.json")], {
  stdio: ["ignore", "inherit", "inherit"],
});
const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const program = join(dist, "program");
await bundle(dist, program, Object.keys(dependencies));
rmSync(join(dist, "cli"), { recursive: true });
renameSync(program, join(dist, "cli"));
