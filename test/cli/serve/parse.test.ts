import { describe, expect, test } from "vitest";
import { helpText } from "../../../src/cli/command-line/commands.ts";
import { flagOf } from "../../../src/cli/command-line/option-table.ts";
import { parseCommandLine } from "../../../src/cli/command-line/parse-command-line.ts";
import { passwdOptions } from "../../../src/cli/serve/passwd-command.ts";
import { serveOptions } from "../../../src/cli/serve/serve-options.ts";
import { refusalOf, words } from "../command-line/parse.ts";

const parse = (line: string): unknown => parseCommandLine(words(line));

describe("sallyport serve", () => {
  test("takes every option into what the server is made from", () => {
    const line = `serve /srv --listen 2121 --listen *:2122 --listen [::1]:0 --implicit-tls localhost:990 --user a --user b
      --password-file f --anonymous --passive-ports 50000-50100 --passive-address ftp.example.org 10.0.0.0/8
      --active-port 20 --active-port-only --allow-third-party 192.0.2.0/24 --atomic-uploads --ascii binary --no-sync
      --tls-certificate c --tls-key k --require-tls --require-tls-reuse --max-sessions 7 --max-per-address 3
      --idle 9 --login-time 8 --stall 6 -vv --log json --trace=t --json`;
    expect(parse(line)).toEqual({
      kind: "serve",
      options: {
        files: "/srv",
        listen: [
          { host: "127.0.0.1", port: 2121, implicitTls: false },
          { host: "*", port: 2122, implicitTls: false },
          { host: "::1", port: 0, implicitTls: false },
          { host: "localhost", port: 990, implicitTls: true },
        ],
        passwordFile: "f",
        anonymous: "read",
        passivePorts: { first: 50000, last: 50100 },
        passiveAddresses: [{ address: "ftp.example.org", cidr: "10.0.0.0/8" }],
        allowThirdParty: ["192.0.2.0/24"],
        active: true,
        activePort: 20,
        activePortOnly: true,
        atomicUploads: true,
        ascii: "binary",
        sync: false,
        sessionsMax: 7,
        sessionsPerAddressMax: 3,
        idleMs: 9000,
        loginMs: 8000,
        dataStallMs: 6000,
      },
      users: ["a", "b"],
      tls: { certificate: "c", key: "k" },
      requireTls: true,
      requireReuse: true,
      output: { verbosity: 2, quiet: false, json: true, log: "json", trace: { file: "t" } },
    });
  });

  test("serves the directory that one is in, with options before and behind it", () => {
    expect(parse("serve --anonymous")).toMatchObject({ options: { files: ".", anonymous: "read" } });
    expect(parse("serve --anonymous x --anonymous-write")).toMatchObject({
      options: { files: "x", anonymous: "write" },
    });
    expect(parse("serve -q --anonymous --no-active")).toMatchObject({
      options: { active: false },
      output: { quiet: true },
    });
  });

  test.each([
    "serve",
    "serve a b --anonymous",
    "serve --anonymous -- ls",
    "serve --anonymous --listen x",
    "serve --anonymous --listen example.org:21",
    "serve --anonymous --tls-key k",
    "serve --anonymous --require-tls",
    "serve --anonymous --implicit-tls 990",
    "serve --anonymous --no-active --active-port-only",
    "serve --anonymous --max-sessions 0",
    "serve --user ''",
    "serve --password-file ''",
    "serve --anonymous --passive-address 192.0.2.1",
    "passwd",
    "passwd a b c",
    "passwd a:b",
    "passwd a --root x:y",
  ])("%s is refused", (line) => {
    expect(refusalOf(line)).toMatchObject({ code: "USAGE_INVALID" });
  });

  test("its help names every option and is at most 100 columns wide", () => {
    const help = helpText("serve");
    for (const row of serveOptions.flatMap(({ rows }) => rows)) expect(help).toContain(`  ${flagOf(row)}`);
    expect(help.split("\n").filter((line) => line.length > 100)).toEqual([]);
    for (const line of ["serve --help", "serve x --help"])
      expect(parse(line)).toEqual({ kind: "help", command: "serve" });
  });

  test("passwd has its own help", () => {
    for (const line of ["passwd --help", "passwd -h", "help passwd"]) {
      expect(parse(line)).toEqual({ kind: "help", command: "passwd" });
    }
    for (const row of passwdOptions.flatMap(({ rows }) => rows))
      expect(helpText("passwd")).toContain(`  ${flagOf(row)}`);
    expect(helpText("passwd")).toMatch(/^Usage: sallyport passwd /m);
    expect(
      helpText("passwd")
        .split("\n")
        .filter((line) => line.length > 100),
    ).toEqual([]);
  });
});

test("sallyport passwd takes a name, a file, a root and rights, in any order", () => {
  expect(parse("passwd alice")).toEqual({
    kind: "passwd",
    name: "alice",
    file: undefined,
    root: undefined,
    readOnly: false,
  });
  expect(parse("passwd --read-only alice --root /srv users")).toEqual({
    kind: "passwd",
    name: "alice",
    file: "users",
    root: "/srv",
    readOnly: true,
  });
});
