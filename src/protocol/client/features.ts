// What a server says that it can (FEAT, RFC 2389 section 3.2).
import type { Reply } from "../reply.ts";

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
