import { expect, test } from "vitest";
import { importCircles } from "./import-circles.ts";
import { typescriptBelow } from "./source-files.ts";

test("no files of src import each other, types included", () => {
  expect(importCircles(typescriptBelow("src"))).toEqual([]);
});

test("a circle is found, over three files and with types alone", () => {
  const files = [
    { path: "src/a.ts", text: 'import type { B } from "./b/b.ts";' },
    { path: "src/b/b.ts", text: 'export { c } from "../c.ts";' },
    { path: "src/c.ts", text: 'const a = await import("./a.ts");' },
    { path: "src/d.ts", text: 'import { a } from "./a.ts"; // import "./d.ts"' },
  ];
  expect(importCircles(files)).toEqual([["src/a.ts", "src/b/b.ts", "src/c.ts"]]);
});
