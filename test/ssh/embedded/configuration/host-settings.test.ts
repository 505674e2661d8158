import { homedir, userInfo } from "node:os";
import { expect, test } from "vitest";
import { type HostSettings, hostSettings } from "../../../../src/ssh/embedded/configuration/host-settings.ts";
import { readOwn } from "../../../../src/ssh/embedded/configuration/read-config.ts";
import type { SshOptions } from "../../../../src/ssh/ssh-connection.ts";

/** Settings that come of these options alone. */
function settings(options: readonly string[] = [], more: Partial<SshOptions> = {}): HostSettings {
  const all = { host: "gate", configFile: "none", options, ...more };
  return hostSettings(
    readOwn(all, () => {}),
    all,
  );
}

test("without any setting they are ssh's own, with a keepalive of 15 seconds", () => {
  const usual = settings();
  expect(usual).toMatchObject({
    host: "gate",
    port: 22,
    user: userInfo().username,
    family: 0,
    connectTimeoutMs: undefined,
    tcpKeepAlive: true,
    proxyJump: undefined,
    keepalive: { intervalMs: 15_000, countMax: 3 },
    hostKeys: { strict: "ask", hashNames: false, rsaBitsMin: 1024 },
    authentication: { batch: false, promptsMax: 3, methods: ["publickey", "keyboard-interactive", "password"] },
  });
  expect(usual.hostKeys.userFiles[0]).toBe(`${homedir()}/.ssh/known_hosts`);
  expect(usual.authentication.identityFiles).toContain(`${homedir()}/.ssh/id_ed25519`);
});

test("a keepalive of ssh's own wins over ours, and 0 turns it off", () => {
  expect(settings(["ServerAliveInterval=60"], { keepaliveSeconds: 5 }).keepalive.intervalMs).toBe(60_000);
  expect(settings(["ServerAliveInterval 0"], { keepaliveSeconds: 5 }).keepalive.intervalMs).toBe(0);
  expect(settings([], { keepaliveSeconds: 5, keepaliveCountMax: 7 }).keepalive).toEqual({
    intervalMs: 5000,
    countMax: 7,
  });
});

test("times have units", () => {
  expect(settings(["ConnectTimeout=1m30s"]).connectTimeoutMs).toBe(90_000);
  expect(settings(["ConnectTimeout=none"]).connectTimeoutMs).toBeUndefined();
});

test("the older name of keyboard-interactive is understood", () => {
  expect(settings(["ChallengeResponseAuthentication=no"]).authentication.methods).toEqual(["publickey", "password"]);
});

test("the agent is the environment's, another one, or none", () => {
  const before = process.env["SSH_AUTH_SOCK"];
  process.env["SSH_AUTH_SOCK"] = "/usual";
  process.env["OTHER_AGENT"] = "/other";
  try {
    expect(settings().authentication.agent).toBe("/usual");
    expect(settings(["IdentityAgent=none"]).authentication.agent).toBeUndefined();
    expect(settings(["IdentityAgent=$OTHER_AGENT"]).authentication.agent).toBe("/other");
    expect(settings(["IdentityAgent=~/agent"]).authentication.agent).toBe(`${homedir()}/agent`);
  } finally {
    if (before === undefined) delete process.env["SSH_AUTH_SOCK"];
    else process.env["SSH_AUTH_SOCK"] = before;
    delete process.env["OTHER_AGENT"];
  }
});

test.each([
  ["Port=0", /Port cannot be '0'/],
  ["Port=70000", /Port cannot be '70000'/],
  ["StrictHostKeyChecking=maybe", /stricthostkeychecking cannot be 'maybe'/],
  ["AddressFamily=ipx", /addressfamily cannot be 'ipx'/],
  ["ConnectTimeout=soon", /connecttimeout cannot be 'soon'/],
  ["NumberOfPasswordPrompts=many", /NumberOfPasswordPrompts cannot be 'many'/],
])("%s is an error", (option, message) => {
  expect(() => settings([option])).toThrow(
    expect.objectContaining({ code: "SSH_CONFIG", message: expect.stringMatching(message) }),
  );
});
