// Every command that the guide shows is one that the program understands.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parseCommandLine } from "../../../src/cli/command-line/parse-command-line.ts";

const page = readFileSync(fileURLToPath(new URL("../../../docs/guides/client.md", import.meta.url)), "utf8");

const commands = Array.from(page.matchAll(/```sh\n(.*?)```/gs), ([, block = ""]) => block.trim().split("\n")).flat();

test.each(commands)("%s", (line) => {
  const [program, verb, ...words] = line.split(" ").map((word) => word.replace(/^'(.*)'$/, "$1"));
  expect(program).toBe("sallyport");
  const command = parseCommandLine([verb ?? "", ...words]);
  expect(command.kind).toBe(verb === "ftp" ? "ftp" : "transfer");
});

test("all commands and the prompt are shown", () => {
  const verbs = ["ftp", "get", "put", "ls", "cp", "rm", "mkdir", "mv"];
  expect(new Set(commands.map((line) => line.split(" ")[1]))).toEqual(new Set(verbs));
});
