// Node 20 does not run TypeScript, so vite, which vitest brings along, loads what is not part of the package.
import { fileURLToPath } from "node:url";
import { createViteServer } from "vitest/node";

/** Loads `module` (from the root of the project), and gives it to `work`. An error is told behind `name`, and is status 1. */
export async function runTypescript(name, module, work) {
  const vite = await createViteServer({
    root: fileURLToPath(new URL("..", import.meta.url)),
    configFile: false,
    logLevel: "error",
    appType: "custom",
    server: { middlewareMode: true, watch: null, hmr: false, ws: false },
    optimizeDeps: { noDiscovery: true, include: [] },
    oxc: { target: "node20" },
  });
  try {
    await work(await vite.ssrLoadModule(module));
  } catch (error) {
    process.stderr.write(`${name}: ${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  } finally {
    await vite.close();
  }
}
