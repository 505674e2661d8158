import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { expandCommand, expandFile } from "../../../../src/ssh/embedded/configuration/tokens.ts";

const values = {
  host: "gate.example.com",
  original: "gate",
  alias: "farm",
  port: 2222,
  user: "me",
  localUser: "myself",
  localUid: 1000,
  home: "/home/100%",
  localHost: "desk.example.com",
  jump: "",
};

const inBraces = (name: string): string => `\${${name}}`;

test("a command has the host, the port and the user filled in", () => {
  expect(expandCommand("nc -x %n %h %p # %r %%", values)).toBe("nc -x gate gate.example.com 2222 # me %");
});

test("a file name has the home directory, the environment and all tokens filled in", () => {
  process.env["SALLYPORT_TEST_DIR"] = "/keys";
  expect(expandFile("~/.ssh/%r@%k-%L-%i", values, "x")).toBe("/home/100%/.ssh/me@farm-desk-1000");
  expect(expandFile(`${inBraces("SALLYPORT_TEST_DIR")}/%u`, values, "x")).toBe("/keys/myself");
  expect(expandFile("%d/%l", values, "x")).toBe("/home/100%/desk.example.com");
  delete process.env["SALLYPORT_TEST_DIR"];
});

test("%C is the hash that ssh names control sockets with", () => {
  const text = "desk.example.comgate.example.com2222me";
  expect(expandFile("%C", values, "x")).toBe(createHash("sha1").update(text).digest("hex"));
});

test("an unknown token and an unknown variable are errors, not part of a name", () => {
  expect(() => expandCommand("nc %u", values)).toThrow(expect.objectContaining({ code: "SSH_CONFIG" }));
  expect(() => expandFile("%z", values, "IdentityFile")).toThrow(/IdentityFile %z: %z is not known/);
  expect(() => expandFile("x%", values, "IdentityFile")).toThrow(/% is not known/);
  expect(() => expandFile(`${inBraces("NO_SUCH_VARIABLE")}/x`, values, "x")).toThrow(/NO_SUCH_VARIABLE/);
});

test.each(["x;id", "$(id)", "a b", "-oProxyCommand=id", "`id`", "a|b"])(
  "a host named %j does not get into a command",
  (host) => {
    expect(() => expandCommand("nc %h %p", { ...values, host })).toThrow(/not safe in a command/);
    expect(() => expandCommand("nc %h %p", { ...values, user: host })).toThrow(/not safe in a command/);
  },
);
