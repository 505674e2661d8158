// Which Sallyport this is.
import { readFileSync } from "node:fs";

/** `sallyport 0.1.0` */
export function describeVersion(): string {
  // The same distance from src/cli and from dist/cli.
  const manifest: unknown = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  const hasVersion = typeof manifest === "object" && manifest !== null && "version" in manifest;
  return `sallyport ${hasVersion ? String(manifest.version) : "unknown"}`;
}
