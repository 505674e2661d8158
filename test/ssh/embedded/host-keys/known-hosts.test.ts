import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import {
  findKey,
  hashName,
  type KnownHost,
  knownTypes,
  lookupName,
  parseKnownHosts,
} from "../../../../src/ssh/embedded/host-keys/known-hosts.ts";
import { line, someKey } from "./keys.ts";

const key = someKey();
const other = someKey();
const rsa = someKey("ssh-rsa");
const parse = (text: string): KnownHost[] => parseKnownHosts(text, "known_hosts");
const at = (host: string, port = 22): { host: string; port: number } => ({ host, port });
const statusOf = (text: string, host: string, port = 22): string => findKey(parse(text), at(host, port), key).status;

const listed: readonly (readonly [string, string, string, number])[] = [
  ["its plain name", "gate", "gate", 22],
  ["another case", "Gate.Example.COM", "gate.example.com", 22],
  ["one of several names", "a,gate,10.0.0.1", "10.0.0.1", 22],
  ["a wildcard", "*.example.com", "gate.example.com", 22],
  ["a hashed name", hashName("gate", randomBytes(20)), "gate", 22],
  ["its port", "[gate]:2222", "gate", 2222],
  ["a hashed name with port", hashName("[gate]:2222", randomBytes(20)), "gate", 2222],
  ["its name without the port", "gate", "gate", 2222],
  ["an IPv6 address", "[::1]:2222", "::1", 2222],
];

test.each(listed)("a key that is listed under %s is known", (_how, names, host, port) => {
  expect(statusOf(line(names, key), host, port)).toBe("known");
});

const unlisted: readonly (readonly [string, string, string, number])[] = [
  ["another name", "gate", "door", 22],
  ["a longer name", "gate", "gate.example.com", 22],
  ["another port", "[gate]:2222", "gate", 2223],
  ["a port, but asked for at 22", "[gate]:2222", "gate", 22],
  ["a name that is excluded", "*.example.com,!gate.example.com", "gate.example.com", 22],
  ["another hashed name", hashName("gate", randomBytes(20)), "door", 22],
  ["a hash of an unknown kind", hashName("gate", randomBytes(20)).replace("|1|", "|2|"), "gate", 22],
];

test.each(unlisted)("a key that is listed under %s is unknown", (_how, names, host, port) => {
  expect(statusOf(line(names, key), host, port)).toBe("unknown");
});

test("another key of the same type is a change, and tells where the known one stands", () => {
  const finding = findKey(parse(`# comment\n\n${line("gate", other)}`), at("gate"), key);
  expect(finding).toMatchObject({ status: "changed", entry: { file: "known_hosts", line: 3 } });
});

test("one of several known keys is enough", () => {
  expect(statusOf(line("gate", other) + line("gate", key), "gate")).toBe("known");
});

test("a key of another type alone leaves the host unknown, and is told", () => {
  const finding = findKey(parse(line("gate", rsa)), at("gate"), key);
  expect(finding).toMatchObject({ status: "unknown", others: [{ type: "ssh-rsa", line: 1 }] });
});

test("a revoked key is revoked although another line lists it", () => {
  expect(statusOf(line("gate", key) + line("*", key, "@revoked"), "gate")).toBe("revoked");
  expect(statusOf(line("gate", key) + line("door", key, "@revoked"), "gate")).toBe("known");
});

test("a key that is revoked without a port is revoked at every port", () => {
  expect(statusOf(line("gate", key, "@revoked"), "gate", 2222)).toBe("revoked");
});

test("another key that is listed without the port is no change at its own port", () => {
  expect(statusOf(line("gate", other), "gate", 2222)).toBe("unknown");
});

test("a host that only a certificate authority covers is unknown, and the authority is told", () => {
  const finding = findKey(parse(line("*.example.com", other, "@cert-authority")), at("gate.example.com"), key);
  expect(finding).toMatchObject({ status: "unknown", authority: { marker: "cert-authority", line: 1 } });
});

test("an authority's own key is no host key", () => {
  expect(statusOf(line("gate", key, "@cert-authority"), "gate")).toBe("unknown");
});

test("HostKeyAlias is looked up instead of the name, without the port", () => {
  const entries = parse(line("farm", key));
  expect(findKey(entries, { host: "node7", port: 2222, alias: "Farm" }, key).status).toBe("known");
  expect(lookupName({ host: "node7", port: 2222, alias: "Farm" })).toBe("farm");
});

test("the types of the keys by which a host is known are found, revoked ones left out", () => {
  const text = line("gate", rsa) + line("gate", key) + line("gate", key, "@revoked") + line("door", someKey("ecdsa"));
  expect([...knownTypes(parse(text), at("gate"))]).toEqual(["ssh-rsa"]);
  expect([...knownTypes(parse(text), at("gate", 2222))]).toEqual(["ssh-rsa"]);
});

const nonsense: readonly (readonly [string, string])[] = [
  ["too few fields", "gate ssh-ed25519\n"],
  ["an unknown marker", line("gate", key, "@wrong")],
  ["a type that is not the key's", line("gate", key).replace("ssh-ed25519", "ssh-rsa")],
  ["no base64", "gate ssh-ed25519 !!!!\n"],
  ["a comment", `# ${line("gate", key)}`],
  ["a length that runs out of the key", "gate ssh-ed25519 /////w==\n"],
];

test.each(nonsense)("a line with %s is passed over", (_what, text) => {
  expect(parse(text)).toEqual([]);
  expect(parse(text + line("gate", key))).toHaveLength(1);
});
