// Waits and bounds that stand in the code as numbers, outside of the tables in src/protocol/limits/.
import { placeOf, type SourceFile, withoutComments } from "./source-files.ts";

const number = String.raw`[1-9][0-9_]*(?:\s*\*\*?\s*[0-9][0-9_]*|\s*<<\s*[0-9]+)?`;

const literals: readonly RegExp[] = [
  // const patienceMs = 10_000; a default in an object: timeoutMs: 10_000, linesMax: 20; options.graceMs ?? 10_000
  new RegExp(
    String.raw`\b(?:\w+(?:Ms|Max|MsMax|MsMin|Timeout)|timeout)\b(?: \?\?|: number =| =|:) (?:${number})(?=[;,)}\s])`,
    "g",
  ),
  new RegExp(String.raw`\b\w+(?:Ms|Max)Default = ${number}`, "g"),
  // setTimeout(f, 500), clock.after(500, f), wait(clock, 500, signal), withDeadline(clock, 500, …)
  new RegExp(
    String.raw`\b(?:setTimeout|setInterval|after|wait|withDeadline|sleep)\((?:[^()]|\([^()]*\))*?(?<=\(|, )${number}(?=[,)])`,
    "g",
  ),
];

/** Numbers that bound nothing of ours, by folder or file and name, each with its reason. */
const allowed: readonly { readonly path: RegExp; readonly name: RegExp; readonly reason: string }[] = [
  { path: /^src\/protocol\/limits\//, name: /./, reason: "the tables themselves" },
  {
    path: /^src\/simulation\//,
    name: /./,
    reason: "what the systems and routers that are simulated do (RFC 6298, RFC 9293, Linux), no bounds of this program",
  },
  {
    path: /^src\/testing\//,
    name: /./,
    reason: "how long the published tests wait before they fail, and how much they send",
  },
  { path: /^src\/ssh\/sftp\/wire\//, name: /^(?:idsMax|numbersMax|dataMax)/, reason: "the message format" },
  { path: /^src\/ssh\/(?:connection-protocol|channels)\//, name: /^(?:windowMax|packetMaxLeast)/, reason: "RFC 4254" },
  { path: /./, name: /^(?:nameBytesMax|socketPathBytesMax)/, reason: "what file systems and Unix sockets allow" },
  { path: /^src\/protocol\/listing\//, name: /^halfYearMs/, reason: "when ls writes the year" },
  {
    path: /^src\/ssh\/(?:.*\/)?(?:window-pace|nudge|channel|messages)\.ts$/,
    name: /^(?:shortLineMs|nudgeBytesMax|copyBytesMax|packetDataMax)/,
    reason: "where one way of moving bytes becomes faster than the other, measured; they bound nothing",
  },
  {
    path: /^src\/lab\/(?:scenarios|simulated)\//,
    name: /^(?:latency|defaultLatency|sessions|keepalive)/,
    reason: "what a scenario is about",
  },
  { path: /^src\/(?:lab\/figures|text|demo)\//, name: /./, reason: "how something is drawn" },
];

/** One line per number: `place: what stands there`. */
export function literalLimits(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => {
    const code = withoutComments(file.text);
    return literals.flatMap((pattern) =>
      Array.from(code.matchAll(pattern))
        .filter(([found]) => !allowed.some(({ path, name }) => path.test(file.path) && name.test(found)))
        .map((match) => `${placeOf(file, match.index)}: ${match[0].replaceAll(/\s+/g, " ")}`),
    );
  });
}
