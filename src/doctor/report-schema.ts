// The shape of `sallyport doctor --json` as JSON Schema (2020-12), from the tables that the report is made of.
import { findingRows } from "../protocol/findings/findings.ts";
import { probedModes } from "./facts.ts";

type Schema = Readonly<Record<string, unknown>>;

const text: Schema = { type: "string" };
const flag: Schema = { type: "boolean" };
const oneOf = (...values: readonly string[]): Schema => ({ enum: values });
const list = (items: Schema): Schema => ({ type: "array", items });

/** Every field that is not in `optional` is always there. */
function object(about: string, fields: Readonly<Record<string, Schema>>, optional: readonly string[] = []): Schema {
  const required = Object.keys(fields).filter((name) => !optional.includes(name));
  return { description: about, type: "object", properties: fields, required, additionalProperties: false };
}

const described = (description: string, schema: Schema): Schema => ({ description, ...schema });

const way = described("direct: from this machine. ssh: through the SSH host.", oneOf("direct", "ssh"));
const mode = oneOf(...probedModes);
const modes = list(mode);

const wayReport = object(
  "one way to the server",
  {
    way,
    greeting: described("the first line of the server's greeting", text),
    loggedIn: flag,
    roundTripMs: described("of SYST", { type: "number" }),
    modes: list(object("one listing", { mode, works: flag })),
  },
  ["greeting", "roundTripMs"],
);

const connection = object("a TCP connection that was tried", {
  way,
  carries: described("what it was for", oneOf("control", ...probedModes)),
  by: described("who connects", oneOf("client", "server")),
  to: described("host:port", text),
  fate: oneOf("made", "refused", "dropped", "unreachable", "failed"),
  clear: described("its bytes could be read on the way", flag),
});

const finding = object(
  "what is wrong, and what helps",
  {
    id: described("docs/reference/findings.md", oneOf(...Object.keys(findingRows))),
    scenario: described("docs/guides/scenarios.md", { type: "string", pattern: "^S[0-9][0-9]$" }),
    way,
    severity: described("note: nothing fails because of it", oneOf("failure", "warning", "note")),
    title: text,
    why: described("two sentences", text),
    evidence: described("what was said, and which connection came to what", list(text)),
    remedies: described(
      "what helps, at this server where it is known",
      list(object("a setting or a command", { at: described("whose it is", text), do: text })),
    ),
    instead: described("the Sallyport command that needs no remedy", text),
  },
  ["scenario", "way", "instead"],
);

const report = object(
  "what sallyport doctor --json prints",
  {
    version: described("changes when a field changes its meaning", { const: 1 }),
    server: described("host:port as it was asked for", text),
    via: described("the SSH host", text),
    health: described("the exit status: 0, 1, 2, 3 in this order", oneOf("well", "warnings", "broken", "unknown")),
    complete: described("false: the time was over, or somebody ended it", flag),
    working: object("which modes brought a listing", { direct: modes, ssh: modes }),
    use: described("the command to use", text),
    ways: list(wayReport),
    connections: list(connection),
    findings: list(finding),
    observations: described("what was seen on the way and is no finding", list(text)),
    learned: described("what the tunnel that was looked at has learned since it runs", list(text)),
    notLookedAt: described("what was left when it was ended", list(text)),
  },
  ["via", "use", "learned"],
);

export const reportSchema: Schema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "sallyport doctor --json",
  ...report,
};
