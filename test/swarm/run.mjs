// Node 20 does not run TypeScript, so vite, which vitest brings along, loads the rest.
import { fileURLToPath } from "node:url";
import { createViteServer } from "vitest/node";

const vite = await createViteServer({
  root: fileURLToPath(new URL("../..", import.meta.url)),
  configFile: false,
  logLevel: "error",
  appType: "custom",
  server: { middlewareMode: true, watch: null, hmr: false, ws: false },
  optimizeDeps: { noDiscovery: true, include: [] },
  oxc: { target: "node20" },
});
try {
  const { main } = await vite.ssrLoadModule("/test/swarm/main.ts");
  process.exitCode = await main(process.argv.slice(2), fileURLToPath(import.meta.url));
} catch (error) {
  process.stderr.write(`swarm: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
} finally {
  await vite.close();
}
