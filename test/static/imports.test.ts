import { describe, expect, test } from "vitest";
import { importFaults } from "./import-faults.ts";
import { typescriptBelow } from "./source-files.ts";

test("every folder of src imports only from the layers below it", () => {
  expect(importFaults(typescriptBelow("src"))).toEqual([]);
});

describe("the import rules", () => {
  test.each([
    ["src/protocol/a.ts", 'import { b } from "./b.ts";'],
    ["src/protocol/relay/a.ts", 'import type { B } from "../b.ts";'],
    ["src/gateway/a.ts", 'import net from "node:net";\nexport * from "../protocol/b.ts";'],
    ["src/ssh/embedded/a.ts", 'import ssh2 from "ssh2";'],
    ["src/ssh/connection-protocol/a.ts", 'import { b } from "../../protocol/b.ts";'],
    ["src/cli/a.ts", 'import { pino } from "pino";\nimport { b } from "../tunnel/b.ts";'],
    ["src/index.ts", 'export { b } from "./tunnel/b.ts";\nexport { c } from "./protocol/c.ts";'],
    ["src/protocol/a.ts", '// import { b } from "../cli/b.ts";\n/* import "node:net" */'],
    ["src/protocol/a.ts", 'const url = "ftp://host"; import { b } from "./b.ts";'],
  ])("allow in %s: %s", (path, text) => {
    expect(importFaults([{ path, text }])).toEqual([]);
  });

  test.each([
    ["src/protocol/a.ts", 'import { b } from "../platform/b.ts";', "a pure folder imports pure folders only"],
    ["src/protocol/a.ts", 'import "node:net";', "a pure folder imports no node:*"],
    ["src/ssh/connection-protocol/a.ts", 'import "../b.ts";', "a pure folder imports pure folders only"],
    ["src/network/a.ts", 'import type { B } from "../ssh/b.ts";', "src/network may not import src/ssh"],
    ["src/network/a.ts", 'const b = await import("../ssh/b.ts");', "src/network may not import src/ssh"],
    ["src/network/a.ts", 'export * from "../cli/b.ts";', "src/network may not import src/cli"],
    ["src/network/a.ts", 'import {\n  b,\n  c,\n} from "../cli/b.ts";', "src/network may not import src/cli"],
    ["src/client/a.ts", 'import { b } from "../gateway/b.ts";', "src/client may not import src/gateway"],
    ["src/tunnel/a.ts", 'import { b } from "../index.ts";', "no folder imports src/index.ts"],
    ["src/tunnel/a.ts", 'import { b } from "../../test/b.ts";', "src imports nothing outside of src"],
    ["src/tunnel/a.ts", 'import { b } from "./b.js";', "a relative import ends in .ts"],
    ["src/tunnel/a.ts", 'import { b } from "ssh2";', "only src/ssh/embedded/ imports it"],
    ["src/tunnel/a.ts", 'import { b } from "pino";', "only src/cli/ imports it"],
    ["src/tunnel/a.ts", 'import { b } from "lodash";', "not a package that src uses"],
    ["src/attic/a.ts", 'import { b } from "../tunnel/b.ts";', "src/attic is not in the list of layers"],
  ])("refuse in %s: %s", (path, text, rule) => {
    const [fault, ...more] = importFaults([{ path, text }]);
    expect(fault).toMatch(new RegExp(`^${path}:\\d+ imports `));
    expect(fault).toContain(rule);
    expect(more).toEqual([]);
  });
});
