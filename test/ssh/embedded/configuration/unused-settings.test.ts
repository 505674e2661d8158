import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import type { ConfigSource } from "../../../../src/ssh/embedded/configuration/config-values.ts";
import { reportUnused, usageOf } from "../../../../src/ssh/embedded/configuration/unused-settings.ts";
import type { SshSettings } from "../../../../src/ssh/ssh-settings.ts";
import { describePeers } from "../../../support/missing.ts";
import { startSshd } from "../../../support/sshd.ts";
import { failureOf, openTo, witness } from "../open.ts";

const raw = (settings: Readonly<Record<string, string>>): SshSettings =>
  new Map(Object.entries(settings).map(([name, value]) => [name, [value]]));

function report(settings: Readonly<Record<string, string>>, options: readonly string[] = []): string[] {
  const told: string[] = [];
  const source: ConfigSource = { config: raw(settings), defaults: raw({ tunnel: "false", rekeylimit: "0 0" }) };
  reportUnused(source, { host: "gate", options }, (line) => told.push(line));
  return told;
}

test("a setting that makes the connection less is told", () => {
  expect(report({ certificatefile: "/x" })).toEqual([
    "Warning: certificatefile /x is not honoured by the embedded SSH.",
  ]);
});

test("a setting that has its default, or is off, is not told", () => {
  expect(report({ tunnel: "false", verifyhostkeydns: "no", knownhostscommand: "none" })).toEqual([]);
});

test("a setting that system-wide files have for everybody is told only when it was asked for", () => {
  expect(report({ gssapiauthentication: "yes" })).toEqual([]);
  expect(report({ gssapiauthentication: "yes" }, ["GSSAPIAuthentication=yes"])).toHaveLength(1);
  expect(report({ rekeylimit: "1000000 0" }, ["RekeyLimit 1M"])).toHaveLength(1);
});

test("an option that only a newer ssh knows is told", () => {
  expect(report({ brandnewoption: "yes" }, ["BrandNewOption=yes"])).toHaveLength(1);
});

test.each(["revokedhostkeys", "bindinterface", "proxyusefdpass"])("%s is refused, with the way out", (keyword) => {
  expect(() => report({ [keyword]: "x" })).toThrow(
    expect.objectContaining({ code: "SSH_CONFIG", hint: expect.stringContaining("--ssh openssh") }),
  );
});

describePeers(["sshd"], "with a real ssh", () => {
  test("every setting that it knows has its place in the table", () => {
    const output = execFileSync("ssh", ["-G", "x"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    const keywords = output.split("\n").map((line) => line.split(" ")[0]?.toLowerCase() ?? "");
    expect(keywords.filter((keyword) => keyword !== "" && usageOf(keyword) === undefined)).toEqual([]);
  });

  test("an option that does not exist is an error in ssh's words", async () => {
    await using sshd = await startSshd();
    expect(await failureOf(openTo(sshd, { options: ["NoSuchOption=1"] }))).toMatchObject({
      code: "SSH_CONFIG",
      message: expect.stringMatching(/nosuchoption/i),
    });
  });

  test("an option that is not honoured is told, and the connection is made", async () => {
    await using sshd = await startSshd();
    const seen = witness();
    await using connection = await openTo(sshd, { options: ["RekeyLimit=1M", "VisualHostKey=yes"] }, seen);
    expect(connection.transport).toBe("embedded");
    expect(seen.told).toEqual([expect.stringContaining("rekeylimit")]);
  });
});
