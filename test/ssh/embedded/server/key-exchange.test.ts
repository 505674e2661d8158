// The first packet of a key exchange that a client sends on a guess, and what the server offers it.
import { expect, test } from "vitest";
import { isRightGuess, serverAlgorithms } from "../../../../src/ssh/embedded/server/key-exchange.ts";

const list = (...names: string[]): Buffer => {
  const text = Buffer.from(names.join(","));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  return Buffer.concat([length, text]);
};
const kexInit = (kex: string[], hostKeys: string[]): Buffer =>
  Buffer.concat([Buffer.of(20), Buffer.alloc(16), list(...kex), list(...hostKeys)]);

const own = { kex: "curve25519-sha256", hostKey: "ssh-ed25519" };

test.each([
  [["curve25519-sha256", "x"], ["ssh-ed25519", "ssh-rsa"], true],
  [["sntrup761x25519-sha512", "curve25519-sha256"], ["ssh-ed25519"], false],
  [["curve25519-sha256"], ["ssh-rsa", "ssh-ed25519"], false],
  [[], [], false],
])("a client that likes %j and %j best guesses right: %s", (kex, hostKeys, expected) => {
  expect(isRightGuess(kexInit(kex, hostKeys), own)).toBe(expected);
});

test("a message that is cut short is no right guess", () => {
  const whole = kexInit(["curve25519-sha256"], ["ssh-ed25519"]);
  for (let length = 0; length < whole.length - 1; length += 1)
    expect(isRightGuess(whole.subarray(0, length), own)).toBe(false);
});

test("the server offers no group exchange, which ssh2 cannot do, and NIST's curves and SHA-1 behind all others", () => {
  const { kex, hmac } = serverAlgorithms as { readonly kex: string[]; readonly hmac: string[] };
  expect(kex.filter((name) => name.includes("group-exchange"))).toEqual([]);
  expect(kex.slice(-3)).toEqual(["ecdh-sha2-nistp256", "ecdh-sha2-nistp384", "ecdh-sha2-nistp521"]);
  expect(hmac.slice(-2)).toEqual(["hmac-sha1-etm@openssh.com", "hmac-sha1"]);
});
