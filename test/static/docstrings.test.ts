// Each call of the library has a docstring with an example.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const read = (path: string): string => readFileSync(new URL(`../../src/${path}`, import.meta.url), "utf8");

/** What the package exports by value: `[name, file]`. */
function exportsOf(entry: string): [string, string][] {
  const folder = entry.slice(0, entry.lastIndexOf("/") + 1);
  return Array.from(read(entry).matchAll(/^export (?!type)\{([^}]*)\} from "\.{1,2}\/([^"]+)";/gm)).flatMap(
    ([whole, names = "", path = ""]) =>
      names
        .split(",")
        .map((name) => name.trim())
        .filter((name) => name !== "" && !name.startsWith("type "))
        .map((name): [string, string] => [name, whole.includes('"../') ? path : folder + path]),
  );
}

const hasExample = (text: string, call: RegExp): boolean => {
  const found = call.exec(text);
  const before = text.slice(0, found?.index ?? 0).trimEnd();
  return before.endsWith("*/") && before.slice(before.lastIndexOf("/**")).includes("@example");
};

test("each exported function", () => {
  const values = ["index.ts", "connect/index.ts", "transfer/index.ts"].flatMap(exportsOf);
  const calls = values.filter(([name]) => /^[a-z]/.test(name) && name !== "systemNetwork");
  expect(calls.length).toBeGreaterThan(12);
  const without = calls.filter(
    ([name, path]) => !hasExample(read(path), new RegExp(`^export (?:async )?function ${name}\\b`, "m")),
  );
  expect(without).toEqual([]);
});

test.each([
  ["client/ftp-client.ts", "FtpClient", 20],
  ["transfer/server-session.ts", "ServerSession", 7],
  ["connect/ssh-host.ts", "SshHost", 1],
  ["tunnel/options.ts", "Tunnel", 1],
  ["serve/options.ts", "Server", 1],
] as const)("%s: each method of %s", (path, name, atLeast) => {
  const text = read(path);
  const start = text.search(new RegExp(`^export interface ${name}\\b`, "m"));
  const body = text.slice(start, text.indexOf("\n}\n", start));
  const methods = Array.from(body.matchAll(/^ {2}([a-z]\w*)\(/gim), ([, method = ""]) => method);
  expect(methods.length).toBeGreaterThanOrEqual(atLeast);
  expect(methods.filter((method) => !hasExample(body, new RegExp(`^ {2}${method}\\(`, "m")))).toEqual([]);
});
