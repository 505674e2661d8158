import { describe, expect, test } from "vitest";
import { hintAtCommand } from "../../../src/cli/command-line/near-command.ts";
import { parseCommandLine } from "../../../src/cli/command-line/parse-command-line.ts";
import type { TunnelCommand } from "../../../src/cli/command-line/tunnel-command.ts";
import { SallyportError } from "../../../src/protocol/error.ts";

const hintFor = (words: readonly string[], code: "SSH_CONNECT" | "SSH_AUTH" = "SSH_CONNECT"): string | undefined =>
  hintAtCommand(new SallyportError(code, "no such host", {}), parseCommandLine(words) as TunnelCommand).hint;

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

  test("keeps its own hint, before the hint", () => {
    const error = new SallyportError("SSH_CONNECT", "no such host", { hint: "Check its name." });
    expect(hintAtCommand(error, parseCommandLine(["dmeo"]) as TunnelCommand).hint).toBe(
      "Check its name. If you meant the command, type sallyport demo.",
    );
  });
});

describe("a first word that is no command", () => {
  const refusal = (line: string): { readonly message: string; readonly hint: string | undefined } => {
    try {
      return { message: `taken: ${parseCommandLine(line.split(" ")).kind}`, hint: undefined };
    } catch (error) {
      const { message, hint } = error as SallyportError;
      return { message, hint };
    }
  };

  test.each([
    ["serv /tmp", "serve"],
    ["serv --root /x", "serve"],
    ["gett ftp://h/f", "get"],
    ["putt f ftp://h/", "put"],
    ["paswd alice", "passwd"],
    ["mkdirr ftp://h/d", "mkdir"],
  ])("%s: did you mean %s?", (line, command) => {
    const [first = "", ...rest] = line.split(" ");
    const { message, hint } = refusal(line);
    expect(message).toBe(`unknown command "${first}"; did you mean ${command}?`);
    expect(hint).toContain(`Write sallyport ${command} ${rest.join(" ")}.`);
  });

  test.each(["fetch ftp://h/f", "download sftp://h/f .", "list ftps://h/"])(
    "%s: the commands for URLs are named",
    (line) => {
      const { message, hint } = refusal(line);
      expect(message).toBe(`unknown command "${line.split(" ")[0]}"`);
      expect(hint).toContain("For URLs there are get, put, ls, cp");
    },
  );

  test("a host with a remote command stays what it is", () => {
    expect(refusal("example.org uptime").message).toBe('"uptime" would be a remote command, and Sallyport runs none');
  });
});

test.each([
  ["help serv", "Did you mean sallyport help serve?"],
  ["help example.org", "See sallyport --help."],
])("%s: there is no such command", (line, hint) => {
  const error = expect.objectContaining({
    code: "USAGE_INVALID",
    message: expect.stringMatching(/no command "/),
    hint,
  });
  expect(() => parseCommandLine(line.split(" "))).toThrow(error);
});

test.each(["serve", "passwd", "demo", "lab", "ftp", "get", "put", "ls", "cp"])(
  "an unknown option of %s points to its own help",
  (command) => {
    const line = [command, "--no-such-option"];
    expect(() => parseCommandLine(line)).toThrow(expect.objectContaining({ hint: `See sallyport ${command} --help.` }));
  },
);
