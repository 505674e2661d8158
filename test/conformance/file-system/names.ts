import { expect, test } from "vitest";
import type { Subject } from "../file-system-suite.ts";
import { get, names, put, signal } from "./helpers.ts";

/** 1 to 255 without `/`: every byte that a name may have. */
const bytes = Array.from({ length: 255 }, (_, index) => String.fromCharCode(index + 1)).filter((byte) => byte !== "/");

export function describeNames(subject: Subject): void {
  test("every byte but NUL and slash is part of a name, in files", async () => {
    for (const byte of bytes) await put(subject.files, `/x${byte}y`, byte);
    expect(await names(subject.files, "/")).toEqual(bytes.map((byte) => `x${byte}y`).sort());
    for (const byte of bytes) expect(await get(subject.files, `/x${byte}y`)).toBe(byte);
  });

  test("every byte but NUL and slash is part of a name, in directories on the way", async () => {
    const name = bytes.slice(127).join("");
    await subject.files.mkdir(`/${name}`, { signal });
    await put(subject.files, `/${name}/a`, "x");
    expect(await names(subject.files, `/${name}`)).toEqual(["a"]);
    await subject.files.rename(`/${name}`, "/b", { signal });
    expect(await get(subject.files, "/b/a")).toBe("x");
  });

  test("names that differ in case, in dots or in spaces are different names", async () => {
    const different = ["a", "A", "a ", " a", "...", "a."];
    for (const name of different) await put(subject.files, `/${name}`, name);
    expect(await names(subject.files, "/")).toEqual([...different].sort());
  });
}
