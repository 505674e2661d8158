#!/usr/bin/env node
// Checks that it can run at all, in words that every Node understands, and hands over to src/cli/main.ts.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`sallyport: this is Node.js ${process.versions.node}, and Sallyport needs 20.19 or later\n`);
  process.exit(1);
}

const argv = process.argv.slice(2);

/** Scripts ask for the version alone, and often: the options of all commands are not loaded for it. */
async function printsVersion() {
  if (argv.length !== 1 || argv[0] !== "--version") return false;
  const { writeSync } = await import("node:fs");
  const { describeVersion } = await import("../dist/cli/version.js");
  try {
    writeSync(1, `${describeVersion()}\n`);
    return true;
  } catch {
    return false; // The program tries again, and says what is wrong.
  }
}

let program;
try {
  if (!(await printsVersion())) {
    // Before anything that is worth keeping is compiled.
    if (major >= 22) (await import("../dist/cli/compile-cache.js")).keepCompiled();
    program = await import("../dist/cli/main.js");
  }
} catch (error) {
  if (error.code === "EMFILE" || error.code === "ENFILE") {
    process.stderr.write("sallyport: too many open files\n  Raise the limit of open files (ulimit -n 1024).\n");
    process.exit(1);
  }
  if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
  process.stderr.write(`sallyport: it is not built, or something is missing: ${error.message}\n  Run npm ci.\n`);
  process.exit(1);
}
await program?.main(argv);
