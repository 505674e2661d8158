import { describe, expect, test } from "vitest";
import { foundOldWords } from "./old-words.ts";
import { pathsBelow, readSource, typescriptBelow } from "./source-files.ts";

const documents = ["src", "docs"]
  .flatMap(pathsBelow)
  .concat("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
  .filter((path) => path.endsWith(".md"));

test("documents, messages and comments use the words of docs/internals/names.md", () => {
  expect(foundOldWords([...typescriptBelow("src"), ...documents.map(readSource)])).toEqual([]);
});

describe("old words", () => {
  test.each([
    ["src/gateway/a.ts", "const a = 1;\n// The session is made anew.", "src/gateway/a.ts:2 has anew: again"],
    ["src/gateway/a.ts", "/** A timer of its own. */", "has of its own"],
    ["src/gateway/a.ts", 'fail("the transfer was broken off");', "has broken off: abort"],
    ["src/gateway/a.ts", "fail(`the peer is told`);", "has told"],
    ["src/protocol/a.ts", "const a = 1;\n// What the client is told.", "src/protocol/a.ts:2 has told"],
    ["src/protocol/a.ts", "fail(`the peer is told`); // `x`", "has told"],
    ["src/gateway/README.md", "How connections come about.", "has come about"],
    ["docs/guides/a.md", "Sallyport hears\nthe reply and tells it.", "docs/guides/a.md:2 has tells"],
  ])("are found in %s: %s", (path, text, fault) => {
    expect(foundOldWords([{ path, text }])).toEqual(expect.arrayContaining([expect.stringContaining(fault)]));
  });

  test.each([
    ["src/gateway/a.ts", "// What the client is told.\nconst told = heard;"],
    ["src/protocol/a.ts", "// What `told` is.\nconst told = heard; // told apart"],
    ["src/gateway/a.ts", "fail(`${" + "told.size} bytes`);"],
    ["src/gateway/a.ts", "// the end of its own connection"],
    ["docs/guides/a.md", "On loopback users are not told apart."],
    ["docs/guides/a.md", "There is no FTP server there."],
  ])("are not seen in %s: %s", (path, text) => {
    expect(foundOldWords([{ path, text }])).toEqual([]);
  });
});
