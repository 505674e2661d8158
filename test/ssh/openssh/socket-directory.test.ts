import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { makeSocketDirectory } from "../../../src/ssh/openssh/socket-directory.ts";
import { makeTempDir } from "../../support/tempdir.ts";

const home = makeTempDir("sockets");
afterAll(() => home.remove());

describe("the directory for sockets", () => {
  it("is for its owner alone, and goes away with all in it; idempotent", () => {
    const dir = makeSocketDirectory([home.path]);
    expect(statSync(dir.path).mode & 0o777).toBe(0o700);
    writeFileSync(dir.file("m"), "");
    dir.remove();
    dir.remove();
    expect(existsSync(dir.path)).toBe(false);
  });

  it.each([
    ["is not there", "missing"],
    ["has a name too long for a Unix socket", "x".repeat(60)],
    ["has a name that ssh would expand", "100%h"],
  ])("is not made where the place %s, but in the next one", (_what, name) => {
    const bad = home.file(name);
    if (name !== "missing") mkdirSync(bad);
    const dir = makeSocketDirectory([bad, home.path]);
    expect(dirname(dir.path)).toBe(home.path);
    dir.remove();
  });

  it("that can be made nowhere is an error with a hint", () => {
    const make = (): unknown => makeSocketDirectory([home.file("nowhere")]);
    expect(make).toThrow(expect.objectContaining({ code: "SSH_CONFIG", hint: expect.stringContaining("TMPDIR") }));
  });

  it("is removed when the program exits without disposing", () => {
    const before = process.listenerCount("exit");
    const dir = makeSocketDirectory([home.path]);
    expect(process.listenerCount("exit")).toBe(before + 1);
    for (const hook of process.listeners("exit").slice(before)) hook(0);
    expect(existsSync(dir.path)).toBe(false);
    expect(process.listenerCount("exit")).toBe(before);
  });
});
