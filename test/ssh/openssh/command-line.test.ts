import { describe, expect, it } from "vitest";
import type { EffectiveSettings } from "../../../src/ssh/openssh/effective-settings.ts";
import { masterArguments } from "../../../src/ssh/openssh/master-arguments.ts";
import type { SshOptions } from "../../../src/ssh/ssh-connection.ts";
import { targetOf } from "../../../src/ssh/ssh-connection.ts";
import { checkSshOptions, userArguments } from "../../../src/ssh/ssh-settings.ts";

const settings = (values: Record<string, string> = {}): EffectiveSettings => new Map(Object.entries(values));

const master = (options: SshOptions, values?: Record<string, string>, canAsk = true): string[] =>
  masterArguments(options, { socketPath: "/run/x/m", settings: settings(values), canAsk });

describe("ssh's command line", () => {
  it("carries every option of the user", () => {
    const options: SshOptions = {
      host: "h",
      port: 2222,
      user: "u",
      identityFiles: ["a", "b c"],
      configFile: "cfg",
      jump: "j1,j2",
      options: ["Compression=yes", "IPQoS none"],
      family: 6,
      compression: true,
    };
    expect(userArguments(options).join(" ")).toBe(
      "-F cfg -p 2222 -l u -i a -i b c -J j1,j2 -o Compression=yes -o IPQoS none -6 -C",
    );
    expect(targetOf(options)).toBe("u@h");
  });

  it("puts what must be so before what the user wants, and the host behind all options", () => {
    const args = master({ host: "h", options: ["ControlPersist=yes", "RemoteCommand=ls"] });
    expect(args.indexOf("ControlPersist=no")).toBeLessThan(args.indexOf("ControlPersist=yes"));
    expect(args.indexOf("RemoteCommand=none")).toBeLessThan(args.indexOf("RemoteCommand=ls"));
    expect(args.slice(0, 5)).toEqual(["-M", "-N", "-T", "-S", "/run/x/m"]);
    expect(args.slice(-2)).toEqual(["--", "h"]);
  });

  it("says nothing about host keys", () => {
    expect(master({ host: "h" }).join(" ")).not.toMatch(/HostKey|KnownHosts/i);
  });

  it.each([
    ["nothing is set", {}, {}, ["ServerAliveInterval=15", "ServerAliveCountMax=3"]],
    [
      "the caller has wishes",
      { keepaliveSeconds: 5, keepaliveCountMax: 9 },
      {},
      ["ServerAliveInterval=5", "ServerAliveCountMax=9"],
    ],
    ["the configuration sets it", { keepaliveSeconds: 5 }, { serveraliveinterval: "60" }, []],
    ["the user turns it off", { options: ["serveraliveinterval=0"] }, { serveraliveinterval: "0" }, []],
  ] satisfies [string, Partial<SshOptions>, Record<string, string>, string[]][])(
    "has a keepalive that fits when %s",
    (_when, options, values, expected) => {
      const args = master({ host: "h", ...options }, values);
      expect(args.filter((arg) => /^ServerAlive/.test(arg))).toEqual(expected);
    },
  );

  it("lets ssh ask where somebody can answer, and only there", () => {
    expect(master({ host: "h" }, {}, true)).not.toContain("BatchMode=yes");
    expect(master({ host: "h" }, {}, false)).toContain("BatchMode=yes");
  });

  it("keeps ssh in the foreground where the configuration sends it away, also an old one that has no such option", () => {
    expect(master({ host: "h" }, { forkafterauthentication: "yes" })).toContain("ForkAfterAuthentication=no");
    expect(master({ host: "h" }, {}).join(" ")).not.toContain("ForkAfterAuthentication");
  });

  it.each([
    [0, {}, "-o LogLevel=DEBUG1"],
    [0, { loglevel: "DEBUG2" }, ""],
    [1, {}, "-v"],
    [9, {}, "-v -v -v"],
  ] satisfies [number, Record<string, string>, string][])(
    "with -v given %i times logs enough",
    (verbosity, values, expected) => {
      const args = master({ host: "h", verbosity }, values);
      const at = args.findIndex((arg, index) => arg === "-v" || args[index + 1]?.startsWith("LogLevel") === true);
      expect(at < 0 ? "" : args.slice(at, at + expected.split(" ").length).join(" ")).toBe(expected);
    },
  );
});

describe("words that ssh would misunderstand", () => {
  it.each([
    { host: "-oProxyCommand=touch x" },
    { host: "" },
    { host: "a\nb" },
    { host: "h", user: "-l" },
    { host: "h", jump: "-x" },
    { host: "h", options: ["no-option"] },
    { host: "h", options: ["-v=x"] },
    { host: "h", options: ["A=b\nProxyCommand=c"] },
  ] satisfies SshOptions[])("%j are refused", (options) => {
    expect(() => checkSshOptions(options)).toThrow(expect.objectContaining({ code: "USAGE_INVALID" }));
  });

  it.each(["Name=value", "Name value", " Name = value"])("-o %j is accepted", (option) => {
    expect(() => checkSshOptions({ host: "h", options: [option] })).not.toThrow();
  });
});
