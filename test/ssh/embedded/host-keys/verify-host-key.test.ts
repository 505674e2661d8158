import { readFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fingerprint } from "../../../../src/ssh/embedded/host-keys/fingerprint.ts";
import { type KnownHost, parseKnownHosts } from "../../../../src/ssh/embedded/host-keys/known-hosts.ts";
import { type HostKeyPolicy, verifyHostKey } from "../../../../src/ssh/embedded/host-keys/verify-host-key.ts";
import type { Question } from "../../../../src/ssh/ssh-connection.ts";
import { makeTempDir, type TempDir } from "../../../support/tempdir.ts";
import { line, rsaKey, someKey } from "./keys.ts";

const key = someKey();
const signal = new AbortController().signal;
const parse = (text: string): KnownHost[] => parseKnownHosts(text, "known_hosts");
let dir: TempDir;
let told: string[];
let asked: Question[];

beforeEach(() => {
  dir = makeTempDir("verify");
  told = [];
  asked = [];
});
afterEach(() => dir.remove());

/** Asked questions get `answers` in turn. */
function policy(
  strict: HostKeyPolicy["strict"],
  text: string,
  answers?: readonly (string | undefined)[],
): HostKeyPolicy {
  return {
    identity: { host: "gate", port: 2222 },
    strict,
    entries: parse(text),
    recordIn: dir.file("known_hosts"),
    hashNames: false,
    rsaBitsMin: 1024,
    tellUser: (text) => told.push(text),
    askUser:
      answers === undefined
        ? undefined
        : async (question) => {
            asked.push(question);
            return answers[asked.length - 1];
          },
  };
}

const check = (made: HostKeyPolicy, shown = key): Promise<void> => verifyHostKey(made, shown, "10.0.0.1", signal);
const recorded = (): string => {
  try {
    return readFileSync(dir.file("known_hosts"), "utf8");
  } catch {
    return "";
  }
};
const known = line("[gate]:2222", key);
const changed = line("[gate]:2222", someKey());

test.each(["yes", "ask", "accept-new", "no"] as const)(
  "StrictHostKeyChecking %s lets a known key pass",
  async (strict) => {
    await check(policy(strict, known));
    expect(told).toEqual([]);
  },
);

test.each(["yes", "ask", "accept-new", "no"] as const)(
  "StrictHostKeyChecking %s refuses a changed key",
  async (strict) => {
    const error = await check(policy(strict, changed, ["yes"])).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: "SSH_HOST_KEY",
      hint: expect.stringContaining("ssh-keygen -f known_hosts -R"),
    });
    expect(String(error)).toMatch(/host key of \[gate\]:2222 has changed.*known_hosts:1/);
    expect(asked).toEqual([]);
  },
);

test.each(["yes", "ask", "accept-new", "no"] as const)(
  "StrictHostKeyChecking %s refuses a revoked key",
  async (strict) => {
    const attempt = check(policy(strict, known + line("[gate]:2222", key, "@revoked"), ["yes"]));
    await expect(attempt).rejects.toThrow(/marked as revoked \(known_hosts:2\)/);
  },
);

test("yes refuses an unknown key without a question", async () => {
  await expect(check(policy("yes", "", ["yes"]))).rejects.toMatchObject({ code: "SSH_HOST_KEY" });
  expect(asked).toEqual([]);
});

test("ask shows the fingerprint, takes yes, and records the key", async () => {
  await check(policy("ask", "", ["yes"]));
  expect(asked).toMatchObject([{ kind: "host-key", echo: true }]);
  expect(asked[0]?.text).toContain(`ED25519 key fingerprint is ${fingerprint(key)}.`);
  expect(asked[0]?.text).toContain("The authenticity of host 'gate ([10.0.0.1]:2222)'".replace(/[[\]]/g, ""));
  expect(recorded()).toBe(known);
  expect(told).toEqual([expect.stringContaining("Permanently added '[gate]:2222'")]);
});

test("ask takes the fingerprint for a yes", async () => {
  await check(policy("ask", "", [fingerprint(key)]));
  expect(recorded()).toBe(known);
});

test("ask refuses after no, after no answer, and after answers that are neither", async () => {
  for (const answers of [["no"], [undefined], ["maybe", "SHA256:wrong", "", "y", "ok", "yes"]]) {
    asked = [];
    await expect(check(policy("ask", "", answers))).rejects.toMatchObject({ code: "SSH_HOST_KEY" });
  }
  expect(recorded()).toBe("");
});

test("ask refuses when nobody can be asked, and says how to accept the key", async () => {
  const error = await check(policy("ask", "")).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: "SSH_HOST_KEY", hint: expect.stringContaining("ssh -p 2222 gate") });
});

test("ask warns of known keys of other types, and tells other names of the key", async () => {
  await check(policy("ask", line("[gate]:2222", rsaKey(2048)) + line("old-name", key), ["yes"]));
  expect(asked[0]?.text).toMatch(/WARNING: .*other types.*\n {2}ssh-rsa known_hosts:1\n/);
  expect(asked[0]?.text).toMatch(/other names:\n {2}ssh-ed25519 known_hosts:2\n/);
});

test.each(["accept-new", "no"] as const)("%s records an unknown key with a warning", async (strict) => {
  await check(policy(strict, ""));
  expect(recorded()).toBe(known);
  expect(told).toEqual([expect.stringContaining("Warning: Permanently added")]);
});

test("a host that only a certificate authority covers is refused, with the way out", async () => {
  const attempt = check(policy("no", line("[gate]:2222", someKey(), "@cert-authority")));
  await expect(attempt).rejects.toMatchObject({ code: "SSH_HOST_KEY", hint: expect.stringContaining("--ssh openssh") });
});

test("an RSA key below RequiredRSASize is refused although it is known", async () => {
  const small = rsaKey(1000);
  const attempt = check(policy("no", line("[gate]:2222", small)), small);
  await expect(attempt).rejects.toThrow(/1000 bits/);
});

test("a known_hosts file that cannot be written is told and does not stop the connection", async () => {
  await check({ ...policy("no", ""), recordIn: dir.file("known_hosts/below/a/file") });
  await check({ ...policy("no", ""), recordIn: "/proc/no/known_hosts" });
  expect(told.at(-1)).toMatch(/could not be added to \/proc\/no\/known_hosts/);
});

test("an abort during the question is rethrown untouched", async () => {
  const controller = new AbortController();
  const reason = { not: "even an error" };
  const made: HostKeyPolicy = {
    ...policy("ask", ""),
    askUser: async () => {
      controller.abort(reason);
      return "yes";
    },
  };
  await expect(verifyHostKey(made, key, undefined, controller.signal)).rejects.toBe(reason);
  expect(recorded()).toBe("");
});
