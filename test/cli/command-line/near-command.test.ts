import { describe, expect, test } from "vitest";
import { hintAtCommand } from "../../../src/cli/command-line/near-command.ts";
import { parseCommandLine } from "../../../src/cli/command-line/parse-command-line.ts";
import type { TunnelCommand } from "../../../src/cli/command-line/tunnel-command.ts";
import { SallyportError } from "../../../src/protocol/error.ts";

const hintFor = (words: readonly string[], code: "SSH_CONNECT" | "SSH_AUTH" = "SSH_CONNECT"): string | undefined =>
  hintAtCommand(new SallyportError(code, "no such host", {}), parseCommandLine(words) as TunnelCommand).cure;

describe("a destination that cannot be reached", () => {
  test.each([
    ["dmeo", "demo"],
    ["demmo", "demo"],
    ["dem", "demo"],
    ["semo", "demo"],
    ["serv", "serve"],
    ["served", "serve"],
    ["paswd", "passwd"],
    ["tunel", "tunnel"],
  ])("%s may have meant the command %s", (typed, command) => {
    expect(hintFor([typed])).toBe(`If you meant the command, type sallyport ${command}.`);
  });

  test.each([["host"], ["lss"], ["cp1"], ["demo2.example.net"], ["user@demmo"], ["emod"], ["d"]])(
    "%s is a host's name",
    (typed) => {
      expect(hintFor([typed])).toBeUndefined();
    },
  );

  test("and one that refuses the log-in is there, whatever its name", () => {
    expect(hintFor(["demmo"], "SSH_AUTH")).toBeUndefined();
  });

  test("keeps its own cure, before the hint", () => {
    const error = new SallyportError("SSH_CONNECT", "no such host", { cure: "Check its name." });
    expect(hintAtCommand(error, parseCommandLine(["dmeo"]) as TunnelCommand).cure).toBe(
      "Check its name. If you meant the command, type sallyport demo.",
    );
  });
});
