// Run after every change of package-lock.json. npm leaves a platform's optional package out of the lock file when it could
// not load it, and `npm ci` then refuses the file. Adds those entries: version, and platform as the name tells.
import { readFileSync, writeFileSync } from "node:fs";

const path = new URL("../package-lock.json", import.meta.url);
const lock = JSON.parse(readFileSync(path, "utf8"));
const systems = ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32"];
const processors = ["arm64", "arm", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "x64"];
/** The longest word that stands in the name: `arm64` before `arm`. */
const wordIn = (name, words) => words.find((word) => name.split(/[-/]/).includes(word));

for (const entry of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const key = `node_modules/${name}`;
    const system = wordIn(name, systems);
    if (lock.packages[key] !== undefined || system === undefined) continue;
    const processor = wordIn(name, processors);
    const libc = /musl/.test(name) ? ["musl"] : /gnu/.test(name) ? ["glibc"] : undefined;
    lock.packages[key] = {
      version,
      ...(processor === undefined ? {} : { cpu: [processor] }),
      ...(entry.dev ? { dev: true } : {}),
      ...(libc === undefined || system !== "linux" ? {} : { libc }),
      optional: true,
      os: [system],
    };
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
