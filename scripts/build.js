// Builds dist/. Run by `npm ci` through "prepare". The library is compiled module by module (tsc); the program's modules are put
// together into a few files (rolldown), since most of its start was opening four hundred of them.
import { execFileSync } from "node:child_process";
import { readFileSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, "dist");
const require = createRequire(import.meta.url);

function runTool(name, path, args, output = "inherit") {
  const tool = join(dirname(require.resolve(`${name}/package.json`)), path);
  execFileSync(process.execPath, [tool, ...args], { stdio: ["ignore", output, "inherit"] });
}

rmSync(dist, { recursive: true, force: true });
runTool("typescript", "bin/tsc", ["-p", join(root, "tsconfig.json")]);
const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const externals = Object.keys(dependencies).flatMap((name) => ["--external", name]);
const program = join(dist, "program");
const bundle = [
  join(dist, "cli/main.js"),
  join(dist, "cli/version.js"),
  ...["--dir", program, "--platform", "node", ...externals],
];
runTool("rolldown", "bin/cli.mjs", bundle, "ignore"); // a list of the files; what is wrong goes to standard error
rmSync(join(dist, "cli"), { recursive: true });
renameSync(program, join(dist, "cli"));
