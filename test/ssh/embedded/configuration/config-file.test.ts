// Without an ssh program, ssh_config is read as ssh itself reads it: every file here is also given to `ssh -G`.
import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readConfig, readOwn } from "../../../../src/ssh/embedded/configuration/read-config.ts";
import type { SshOptions } from "../../../../src/ssh/ssh-connection.ts";
import { parseSshG, type SshSettings, userArguments } from "../../../../src/ssh/ssh-settings.ts";
import { fc } from "../../../support/fast-check.ts";
import { describePeers } from "../../../support/missing.ts";
import { watchResources } from "../../../support/resources.ts";
import { makeTempDir, type TempDir } from "../../../support/tempdir.ts";

watchResources();

let dir: TempDir;
beforeEach(() => {
  dir = makeTempDir("config");
});
afterEach(() => dir.remove());

function write(name: string, text: string): string {
  const path = dir.file(name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text.replaceAll("DIR", dir.path));
  return path;
}

function bySsh(options: SshOptions): SshSettings {
  const args = ["-G", ...userArguments(options), "--", options.host];
  return parseSshG(execFileSync("ssh", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }));
}

/** What both say about the keywords, apart from their defaults. `ssh -G` leaves out what was set to `none`. */
function bothSay(options: SshOptions, keywords: readonly string[]): [unknown, unknown] {
  const own = readOwn(options, () => {});
  const pick = (config: SshSettings, defaults: SshSettings): unknown =>
    Object.fromEntries(
      keywords.flatMap((keyword) => {
        const values = config.get(keyword)?.filter((value) => value !== "none") ?? [];
        const isDefault = JSON.stringify(values) === JSON.stringify(defaults.get(keyword) ?? []);
        return isDefault ? [] : [[keyword, values]];
      }),
    );
  return [pick(own.config, own.defaults), pick(bySsh(options), bySsh({ host: "gate", configFile: "none" }))];
}

const seen = [
  "hostname",
  "port",
  "user",
  "identityfile",
  "hostkeyalias",
  "proxyjump",
  "proxycommand",
  "serveralivecountmax",
];

const files: readonly (readonly [string, string])[] = [
  ["first value counts", "Host gate\n Port 1\nHost *\n Port 2\n User me\n"],
  [
    "equals sign, quotes and comments",
    "Host=gate\n Port = 7 # lucky\n User=\"me too\"\n IdentityFile 'a b' \n#Port 8\n",
  ],
  ["keywords in any case", "hOST gate\n pORT 7\n USER Me\n"],
  ["negated pattern", "Host *.com !gate !x\n Port 5\nHost !gate *\n Port 6\nHost *\n Port 7\n"],
  [
    "several identity files, one twice",
    "Host *\n IdentityFile ~/a\n IdentityFile %d/b\nHost gate\n IdentityFile ~/a\n",
  ],
  ["HostName with a token", "Host gate\n HostName %h.example.com\n"],
  ["Match host sees HostName", "Host gate\n HostName real\nMatch host real\n Port 5\nMatch host gate\n Port 6\n"],
  ["Match originalhost sees what was typed", "Host gate\n HostName real\nMatch originalhost gate\n Port 5\n"],
  ["Match user", "Host gate\n User me\nMatch user you,me\n Port 5\nMatch !user me\n Port 6\n"],
  ["Match all", "Match all\n Port 5\nHost gate\n Port 6\n"],
  [
    "Match with several conditions",
    "Match originalhost gate user nobody\n Port 5\nMatch originalhost gate !user nobody\n Port 6\n",
  ],
  ["Match final", "Host gate\n HostName real\nMatch final host real\n Port 9\nMatch final\n HostKeyAlias late\n"],
  ["ProxyJump before ProxyCommand", "Host gate\n ProxyJump a@b:3,c\n ProxyCommand nc %h %p\n"],
  ["ProxyCommand before ProxyJump", 'Host gate\n ProxyCommand sh -c "nc %h %p" # x\n ProxyJump c\n'],
  ["ProxyJump none", "Host gate\n ProxyJump none\nHost *\n ProxyJump c\n"],
  ["Include, with a wildcard", "Include DIR/part/*.conf DIR/no-such\nHost *\n Port 9\n"],
  ["Include within Host that does not match", "Host door\n Include DIR/part/*.conf\nHost gate\n Port 4\n"],
  ["Include within Host that matches", "Host gate\n Include DIR/part/b.conf\n User after\n"],
];

describePeers(["ssh"], "ssh -G", () => {
  test.each(files)("agrees: %s", (_name, text) => {
    write("part/a.conf", "Host gate\n Port 3\n");
    write("part/b.conf", "Host door\n Port 5\nHost gate\n ServerAliveCountMax 8\n");
    const configFile = write("config", text);
    const [ours, ssh] = bothSay({ host: "gate", configFile }, seen);
    expect(ours).toEqual(ssh);
  });

  test("agrees: options of the command line win over the file", () => {
    const configFile = write("config", "Host gate\n Port 1\n User file\n IdentityFile file\n");
    const identityFiles = [write("mine", "")]; // ssh leaves out what does not exist
    const options = { host: "gate", configFile, port: 5, user: "me", identityFiles, jump: "x" };
    const [ours, ssh] = bothSay({ ...options, options: ["HostName=real", "ServerAliveCountMax 4"] }, seen);
    expect(ours).toEqual(ssh);
  });

  test("agrees: generated files", () => {
    const pattern = fc.constantFrom("gate", "*", "door", "!door", "!gate", "g?te", "g*", "real");
    const setting = fc.constantFrom(
      "Port 1",
      "Port=2",
      "User a",
      'User "b c"',
      "HostName real",
      "HostKeyAlias k",
      "IdentityFile ~/x",
      "IdentityFile y",
    );
    const criterion = fc.constantFrom(
      "host gate",
      "host real,x",
      "originalhost g*",
      "!host real",
      "user a",
      "!user a,b",
      "originalhost !gate,*",
    );
    const head = fc.oneof(
      fc.array(pattern, { minLength: 1, maxLength: 3 }).map((patterns) => `Host ${patterns.join(" ")}`),
      fc.array(criterion, { minLength: 1, maxLength: 2 }).map((criteria) => `Match ${criteria.join(" ")}`),
      fc.constantFrom("Match all", "Match final all"),
    );
    const section = fc
      .tuple(head, fc.array(setting, { maxLength: 3 }))
      .map(([first, rest]) => [first, ...rest].join("\n  "));
    fc.assert(
      fc.property(fc.array(section, { maxLength: 5 }), (sections) => {
        const configFile = write("config", `${sections.join("\n")}\n`);
        const [ours, ssh] = bothSay({ host: "gate", configFile }, seen);
        expect(ours).toEqual(ssh);
      }),
      { numRuns: 30 },
    );
  });
});

const mistakes: readonly (readonly [string, RegExp])[] = [
  ["Host gate\n Prot 22\n", /config line 2: unknown option 'Prot'|'prot'/],
  ['User "me\n', /config line 1: a quote is not closed/],
  ["Match host\n", /config line 1: Match host has no value/],
  ["Port\n", /config line 1: port has no value/],
  ["Include DIR/config\n", /too many Includes/],
  ["CanonicalizeHostname yes\n", /needs OpenSSH/],
];

test.each(mistakes)("%j is an error that names the place", (text, message) => {
  const configFile = write("config", text);
  expect(() => readOwn({ host: "gate", configFile }, () => {})).toThrow(
    expect.objectContaining({ code: "SSH_CONFIG", message: expect.stringMatching(message) }),
  );
});

test("IgnoreUnknown lets unknown options pass", () => {
  const configFile = write("config", "IgnoreUnknown foo*,bar\nFooBar x\nPort 5\n");
  expect(readOwn({ host: "gate", configFile }, () => {}).config.get("port")).toEqual(["5"]);
});

test("a configuration file that was named must exist", () => {
  expect(() => readOwn({ host: "gate", configFile: dir.file("none-here") }, () => {})).toThrow(/could not read/);
});

test.skipIf(process.platform === "win32").each([0o664, 0o646])(
  "a file of mode %o is not obeyed: ProxyCommand is run (skipped on Windows)",
  (mode) => {
    const configFile = write("config", "ProxyCommand touch DIR/taken\n");
    chmodSync(configFile, mode);
    expect(() => readOwn({ host: "gate", configFile }, () => {})).toThrow(
      expect.objectContaining({ code: "SSH_CONFIG", message: expect.stringMatching(/can be written by others/) }),
    );
  },
);

test.skipIf(process.getuid?.() !== 0)(
  "a file of another user's that is included is not obeyed (skipped unless root)",
  () => {
    chownSync(write("included", "ProxyCommand touch DIR/taken\n"), 12345, 12345);
    const configFile = write("config", "Include DIR/included\n");
    expect(() => readOwn({ host: "gate", configFile }, () => {})).toThrow(/included belongs to another user/);
  },
);

test("/dev/null is no file that others could change", () => {
  expect(readOwn({ host: "gate", configFile: "/dev/null" }, () => {}).config.get("port")).toEqual(["22"]);
});

test("Match exec is told and counts as not met", () => {
  const told: string[] = [];
  const configFile = write("config", 'Match exec "true"\n Port 5\n');
  expect(readOwn({ host: "gate", configFile }, (line) => told.push(line)).config.get("port")).toEqual(["22"]);
  expect(told).toEqual([expect.stringMatching(/config line 1: Match exec needs OpenSSH/)]);
});

test("a host that looks like an option is refused, as with the system's ssh", async () => {
  const read = readConfig({ host: "-oProxyCommand=x" }, new AbortController().signal, () => {});
  await expect(read).rejects.toMatchObject({ code: "USAGE_INVALID", message: expect.stringContaining("an SSH host") });
});
