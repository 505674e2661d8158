// `sallyport serve --ssh`: the words, and what is said.
import { hostname } from "node:os";
import { describe, expect, test } from "vitest";
import { helpText } from "../../../src/cli/command-line/commands.ts";
import { flagOf } from "../../../src/cli/command-line/option-table.ts";
import { parseCommandLine } from "../../../src/cli/command-line/parse-command-line.ts";
import { announceSsh } from "../../../src/cli/serve/announce.ts";
import type { ServeCommand } from "../../../src/cli/serve/serve-command.ts";
import { serveOptions } from "../../../src/cli/serve/serve-options.ts";
import type { Server } from "../../../src/serve/options.ts";
import { refusalOf, words } from "../command-line/parse.ts";

const parse = (line: string): ServeCommand => parseCommandLine(words(line)) as ServeCommand;

describe("the options", () => {
  test("become what the SSH server is made from", () => {
    const line = `serve /srv --user a --ssh *:22 --authorized-keys /etc/keys/%u --host-key /k --permit-open 10.0.0.1:21
      --permit-open [::1]:* --gateway-ports clientspecified`;
    expect(parse(line).options.ssh).toEqual({
      host: "*",
      port: 22,
      authorizedKeysFile: "/etc/keys/%u",
      hostKeyFile: "/k",
      permitOpen: ["10.0.0.1:21", "[::1]:*"],
      gatewayPorts: "clientspecified",
    });
  });

  test.each([
    ["serve --user a --ssh", {}],
    ["serve --user a --ssh --json", {}],
    ["serve --user a --ssh 0", { host: "127.0.0.1", port: 0 }],
    ["serve --user a --ssh=[::1]:2200", { host: "::1", port: 2200 }],
    ["serve --user a", undefined],
  ])("%s", (line, ssh) => {
    expect(parse(line).options.ssh).toEqual(ssh);
  });

  test.each([
    ["serve --user a --host-key k", "an option for the SSH server needs --ssh"],
    ["serve --user a --permit-open h:1", "an option for the SSH server needs --ssh"],
    ["serve --anonymous --ssh", "nobody could log in by SSH: anonymous users cannot"],
    ["serve --user a --ssh --authorized-keys=", "--authorized-keys has an empty value"],
    ["serve --user a --ssh --gateway-ports maybe", '--gateway-ports: "maybe" is not one of no, yes, clientspecified'],
    ["serve --user a --ssh /srv/ftp", '--ssh: "/srv/ftp" is not an address and a port'],
    ["serve --user a --ssh 70000", "--ssh"],
  ])("%s is refused", (line, message) => {
    expect(refusalOf(line)).toMatchObject({ code: "USAGE_INVALID", message: expect.stringContaining(message) });
  });

  test("stand in the help, each with its default or what it does", () => {
    const rows = serveOptions.flatMap(({ title, rows }) => (title === "SSH" ? rows : []));
    expect(rows.length).toBeGreaterThan(4);
    for (const row of rows) {
      expect(helpText("serve")).toContain(flagOf(row));
      expect(helpText("serve")).toContain(row.help);
    }
  });
});

describe("what is said of an SSH server", () => {
  const opened = (urls: readonly string[]): Server =>
    ({
      listeners: urls.map((url) => ({ url, host: new URL(url).hostname, port: Number(new URL(url).port) })),
      ssh: {
        url: "ssh://127.0.0.1:2222",
        host: "127.0.0.1",
        port: 2222,
        hostKey: "ssh-ed25519 AAAA",
        hostKeyFingerprint: "SHA256:abc",
      },
    }) as unknown as Server;
  const say = (line: string, urls = ["ftp://127.0.0.1:2121"]): readonly string[] =>
    announceSsh(opened(urls), parse(line));

  test("is its key, how far it goes, and what to type", () => {
    expect(say("serve --user alice --ssh")).toEqual([
      "ssh://127.0.0.1:2222 (this machine only unless --ssh says otherwise)",
      "  host key        ED25519 SHA256:abc",
      "  connects to     this FTP server and nothing else",
      "  FTP through it  sallyport -L 2001:localhost:2121 -p 2222 alice@127.0.0.1",
      "  its files       sftp -P 2222 alice@127.0.0.1",
      "  try the login   ssh -p 2222 alice@127.0.0.1 true",
    ]);
  });

  test("names this machine where others come from", () => {
    expect(say("serve --password-file f --ssh *:2222")).toContain(`  its files       sftp -P 2222 NAME@${hostname()}`);
  });

  test("names the one address that it listens on", () => {
    expect(say("serve --user alice --ssh 127.0.0.2:2222").join("\n")).toContain("sftp -P 2222 alice@127.0.0.1");
  });

  test("says where else it connects", () => {
    expect(say("serve --user a --ssh --permit-open h:1 --permit-open i:2")).toContain(
      "  connects to     this FTP server, h:1, i:2",
    );
  });

  test.each([
    ["serve --user a --ssh --tls-certificate c --tls-key k --require-tls", ["ftp://127.0.0.1:2121"]],
    ["serve --user a --ssh --tls-certificate c --tls-key k --implicit-tls 990", ["ftps://127.0.0.1:990"]],
  ])("has no tunnel where FTP is inside TLS, which a tunnel cannot read: %s", (line, urls) => {
    expect(say(line, urls).some((each) => each.includes("sallyport -L"))).toBe(false);
  });

  test("is an object for programs", () => {
    expect(say("serve --user a --ssh --json").map((line) => JSON.parse(line))).toEqual([
      {
        event: "ssh-listening",
        url: "ssh://127.0.0.1:2222",
        host: "127.0.0.1",
        port: 2222,
        hostKey: "ssh-ed25519 AAAA",
        hostKeyFingerprint: "SHA256:abc",
      },
    ]);
  });
});
