// FEAT's reply (RFC 2389 section 3.2), made true for what a relay carries.
import { findCommand } from "./command-table.ts";
import type { Reply } from "./reply.ts";

/** Commands of servers that open data connections in ways that we cannot read; not worth a row in the table. */
const uncarried: ReadonlySet<string> = new Set(["SPSV", "ESTA", "ESTP"]);

/** Answered by the relay itself for every server, so that they are there even when the server has them not. */
const added: readonly string[] = ["EPRT", "EPSV"];

/** Most servers indent the lines by a space (RFC 2389); some repeat the code. */
const margin = /^(?:211[- ])?\s*/;

const featureOf = (line: string): string => /^[^\s;]*/.exec(line.replace(margin, ""))?.[0].toUpperCase() ?? "";

const isCarried = (feature: string): boolean => findCommand(feature)?.relay !== "refuse" && !uncarried.has(feature);

/**
 * A 211 without the features that a relay refuses and with EPRT, EPSV and `own`, its own. Any other reply (500, 502: the server knows no
 * FEAT) stays as it is.
 */
export function relayFeatures(reply: Reply, own: readonly string[] = []): Reply {
  if (reply.code !== 211) return reply;
  const several = reply.lines.length > 1;
  const first = several ? (reply.lines[0] ?? "") : "211-Features:";
  const last = several ? (reply.lines.at(-1) ?? "") : "211 End";
  const kept = reply.lines.slice(1, -1).filter((line) => isCarried(featureOf(line)));
  const present = new Set(kept.map(featureOf));
  const indent = margin.exec(kept[0] ?? " ")?.[0] ?? " ";
  const missing = [...added, ...own].filter((feature) => !present.has(feature)).map((feature) => `${indent}${feature}`);
  return { code: 211, lines: [first, ...kept, ...missing, last] };
}

// What a server says that it can (FEAT, RFC 2389 section 3.2).

/** Names in upper case with what stands behind them, `""` for nothing. */
export type Features = ReadonlyMap<string, string>;

/** The features of a 211; none for any other reply, and then nothing is known of the server. Lines may repeat the code. */
export function parseFeatures(reply: Reply): Features {
  const features = new Map<string, string>();
  if (reply.code !== 211) return features;
  for (const line of reply.lines.slice(1, -1)) {
    const [, name = "", parameters = ""] = /^(?:211[- ])?\s*([^\s;]+)\s*(.*)$/.exec(line) ?? [];
    if (name === "") continue;
    const key = name.toUpperCase();
    // AUTH stands on a line for each mechanism with some servers, on one line with others.
    const known = features.get(key);
    features.set(key, known === undefined ? parameters : `${known};${parameters}`);
  }
  return features;
}
