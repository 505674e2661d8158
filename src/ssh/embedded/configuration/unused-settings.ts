// No setting is ignored in silence: what the embedded transport cannot honour is told or refused.
import { SallyportError } from "../../../protocol/error.ts";
import type { SshOptions } from "../../ssh-connection.ts";
import { parseConfigLine } from "./config-lines.ts";
import { type ConfigSource, configured } from "./raw-config.ts";
import { keywordOf, usageOf } from "./usage-table.ts";

const off = new Set(["no", "false", "none", "internal"]);

/** Throws `SSH_CONFIG` for a setting that must not be left out; calls `tell` once for every other one. */
export function reportUnused(source: ConfigSource, options: SshOptions, tell: (line: string) => void): void {
  const asked = new Set((options.options ?? []).map(optionName));
  for (const keyword of new Set([...source.config.keys(), ...asked])) {
    const usage = usageOf(keyword) ?? (asked.has(keyword) ? "told" : "harmless");
    if (usage === "used" || usage === "harmless") continue;
    const value = configured(source, keyword);
    if (value === undefined || off.has(value.toLowerCase())) continue;
    if (usage === "refused") throw cannotHonour(keyword, value);
    if (usage === "told" || asked.has(keyword))
      tell(`Warning: ${keyword} ${value} is not honoured by the embedded SSH.`);
  }
}

/** The keyword of `-o Name=value`. */
function optionName(option: string): string {
  try {
    return keywordOf(parseConfigLine(option, 0)?.keyword ?? "");
  } catch {
    return "";
  }
}

function cannotHonour(keyword: string, value: string): SallyportError {
  return new SallyportError("SSH_CONFIG", `${keyword} ${value} cannot be honoured by the embedded SSH`, {
    hint: "Use --ssh openssh, or remove the setting.",
  });
}
