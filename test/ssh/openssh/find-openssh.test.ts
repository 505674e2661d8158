import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { findOpenSsh } from "../../../src/ssh/openssh/find-openssh.ts";
import { makeTempDir } from "../../support/tempdir.ts";

const dir = makeTempDir("find-ssh");
afterAll(() => dir.remove());

/** A folder with an `ssh` that prints `banner` as its version. */
function folderWith(name: string, banner: string, mode = 0o755): string {
  const folder = dir.file(name);
  mkdirSync(folder);
  writeFileSync(`${folder}/ssh`, `#!/bin/sh\necho '${banner}' >&2\n`);
  chmodSync(`${folder}/ssh`, mode);
  return folder;
}

describe("findOpenSsh", () => {
  it("takes the first ssh on PATH that can be run", async () => {
    const notOurs = folderWith("a", "OpenSSH_9.9p1", 0o644);
    const first = folderWith("b", "OpenSSH_9.2p1 Debian-2, OpenSSL 3.0");
    const second = folderWith("c", "OpenSSH_8.0p1, OpenSSL 1.1");
    const path = ["", "/no/such/folder", notOurs, first, second].join(delimiter);
    expect(await findOpenSsh({ path, platform: "linux" })).toEqual({
      usable: true,
      program: `${first}/ssh`,
      version: "9.2p1",
    });
  });

  it.each([
    ["7.4", "OpenSSH_7.4p1, OpenSSL 1.0", true],
    ["10.0", "OpenSSH_10.0p2, LibreSSL 4", true],
    ["7.3", "OpenSSH_7.3p1, OpenSSL 1.0", false],
    ["6.6", "OpenSSH_6.6.1p1, OpenSSL 1.0", false],
  ])("knows whether OpenSSH %s has proxy mode", async (version, banner, usable) => {
    const path = folderWith(`v${version}`, banner);
    const found = await findOpenSsh({ path, platform: "linux" });
    expect(found.usable).toBe(usable);
    if (!found.usable) expect(found.reason).toContain("older than 7.4");
  });

  it("does not take another program of that name", async () => {
    const path = folderWith("dropbear", "Dropbear v2022.83");
    expect(await findOpenSsh({ path, platform: "linux" })).toEqual({
      usable: false,
      reason: `${path}/ssh is not OpenSSH`,
    });
  });

  it("says that there is none", async () => {
    const found = await findOpenSsh({ path: dir.path, platform: "linux" });
    expect(found).toEqual({ usable: false, reason: "there is no ssh on PATH" });
  });

  it("knows that OpenSSH on Windows cannot multiplex", async () => {
    expect(await findOpenSsh({ platform: "win32" })).toMatchObject({
      usable: false,
      reason: expect.stringContaining("ControlMaster"),
    });
  });
});
