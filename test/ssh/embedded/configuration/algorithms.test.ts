import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { chooseAlgorithms } from "../../../../src/ssh/embedded/configuration/algorithms.ts";
import type { ConfigSource } from "../../../../src/ssh/embedded/configuration/config-values.ts";

/** Settings that somebody made. */
function source(settings: Readonly<Record<string, string>>): ConfigSource {
  return { config: new Map(Object.entries(settings).map(([name, value]) => [name, [value]])), defaults: new Map() };
}

const choose = (settings: Readonly<Record<string, string>>, known: readonly string[] = []) =>
  chooseAlgorithms(source(settings), new Set(known)) as Readonly<Record<string, readonly string[]>>;

test("every algorithm that is offered, or can be asked for, is one that ssh2 has", () => {
  const constants = createRequire(import.meta.url)("ssh2/lib/protocol/constants.js") as Record<string, string[]>;
  const all = choose({ kexalgorithms: "*", hostkeyalgorithms: "*", ciphers: "*", macs: "*" });
  expect(constants["SUPPORTED_KEX"]).toEqual(expect.arrayContaining([...(all["kex"] ?? [])]));
  expect(constants["SUPPORTED_SERVER_HOST_KEY"]).toEqual(expect.arrayContaining([...(all["serverHostKey"] ?? [])]));
  expect(constants["SUPPORTED_CIPHER"]).toEqual(expect.arrayContaining([...(all["cipher"] ?? [])]));
  expect(constants["SUPPORTED_MAC"]).toEqual(expect.arrayContaining([...(all["hmac"] ?? [])]));
});

test("AES-GCM comes first, and nothing with SHA-1 signatures is offered, unless configured", () => {
  const usual = choose({});
  expect(usual["cipher"]?.[0]).toBe("aes128-gcm@openssh.com");
  expect(usual["serverHostKey"]).not.toContain("ssh-rsa");
  expect(usual["kex"]?.some((name) => name.endsWith("sha1"))).toBe(false);
  expect(usual["compress"]).toEqual(["none"]);
});

test("a list is taken in its order, and what ssh2 does not have is left out", () => {
  expect(choose({ ciphers: "chacha20-poly1305@openssh.com,no-such,aes128-ctr" })["cipher"]).toEqual([
    "chacha20-poly1305@openssh.com",
    "aes128-ctr",
  ]);
});

test("a list of which ssh2 has nothing is an error with the way out", () => {
  expect(() => choose({ macs: "umac-64@openssh.com" })).toThrow(
    expect.objectContaining({ code: "SSH_CONFIG", hint: expect.stringContaining("--ssh openssh") }),
  );
});

test("plus adds, minus removes, a caret puts first", () => {
  expect(choose({ hostkeyalgorithms: "+ssh-rsa" })["serverHostKey"]?.at(-1)).toBe("ssh-rsa");
  expect(choose({ ciphers: "-aes*" })["cipher"]).toEqual(["chacha20-poly1305@openssh.com"]);
  expect(choose({ ciphers: "^aes256-ctr" })["cipher"]?.slice(0, 2)).toEqual(["aes256-ctr", "aes128-gcm@openssh.com"]);
});

test("a host that is known by its RSA key is asked for that first", () => {
  expect(choose({}, ["ssh-rsa"])["serverHostKey"]?.slice(0, 3)).toEqual([
    "rsa-sha2-512",
    "rsa-sha2-256",
    "ssh-ed25519",
  ]);
  expect(choose({}, ["ecdsa-sha2-nistp256"])["serverHostKey"]?.[0]).toBe("ecdsa-sha2-nistp256");
});

test("HostKeyAlgorithms wins over the known keys", () => {
  expect(choose({ hostkeyalgorithms: "ssh-ed25519,rsa-sha2-512" }, ["ssh-rsa"])["serverHostKey"]?.[0]).toBe(
    "ssh-ed25519",
  );
});

test("compression is offered only when it is wanted", () => {
  expect(choose({ compression: "yes" })["compress"]).toEqual(["zlib@openssh.com", "none"]);
});
