import { describe, expect, test } from "vitest";
import { bridgeOptions } from "../../../src/cli/bridge/bridge-options.ts";
import { toFtpOptions } from "../../../src/cli/bridge/to-ftp-options.ts";
import { helpText } from "../../../src/cli/command-line/commands.ts";
import { flagOf } from "../../../src/cli/command-line/option-table.ts";
import { parseCommandLine } from "../../../src/cli/command-line/parse-command-line.ts";
import { refusalOf, words } from "../command-line/parse.ts";

const parse = (line: string): unknown => parseCommandLine(words(line));

describe("sallyport bridge", () => {
  test("takes the options of ssh to the SSH server, and those of serve to the FTP server", () => {
    const line = `bridge -L *:2121 -L 0 -p 2222 -i key -F config -J jump -o A=b -4 -C --ssh openssh --user a --anonymous
      --passive-ports 50000-50100 --atomic-uploads --fsync --max-sessions 7 -vv --json me@files:in/box`;
    expect(parse(line)).toMatchObject({
      kind: "bridge",
      logins: "local",
      host: {
        transport: "openssh",
        ssh: {
          host: "files",
          user: "me",
          port: 2222,
          identityFiles: ["key"],
          configFile: "config",
          jump: "jump",
          options: ["A=b"],
          family: 4,
          compression: true,
          verbosity: 1,
        },
      },
      root: "in/box",
      fsync: true,
      serve: {
        options: {
          listen: [
            { host: "*", port: 2121, implicitTls: false },
            { host: "127.0.0.1", port: 0, implicitTls: false },
          ],
          anonymous: "read",
          passivePorts: { first: 50000, last: 50100 },
          atomicUploads: true,
          sessionsMax: 7,
        },
        users: ["a"],
        output: { verbosity: 2, json: true },
      },
    });
  });

  test.each([
    ["files", { host: "files" }, ""],
    ["files:", { host: "files" }, ""],
    ["files:/", { host: "files" }, "/"],
    ["files:a:b", { host: "files" }, "a:b"],
    ["files:./2222", { host: "files" }, "./2222"],
    ["[2001:db8::1]:/x", { host: "2001:db8::1" }, "/x"],
    ["sftp://files", { host: "files" }, ""],
    ["sftp://files:2222/", { host: "files", port: 2222 }, "/"],
    ["sftp://files/~/in%20box", { host: "files" }, "in box"],
    ["sftp://[2001:db8::1]:22/x", { host: "2001:db8::1", port: 22 }, "/x"],
  ])("reads %s", (place, ssh, root) => {
    expect(parse(`bridge '${place}'`)).toMatchObject({ logins: "ssh", host: { ssh }, root });
  });

  test.each([
    ["bridge", /destination is missing/],
    ["bridge me@files", /me at the SFTP server is named, and nobody/],
    ["bridge -l me files", /me at the SFTP server is named/],
    ["bridge -i key files", /-i has no use/],
    ["bridge --ssh openssh files", /--ssh openssh cannot log FTP users in/],
    ["bridge files:2222", /is 2222 a port or a directory/],
    ["bridge files other", /unexpected argument/],
    ["bridge -L x files", /"x" is not a port/],
    ["bridge --require-tls files", /TLS needs a certificate/],
    ["bridge sftp://files/%", /broken %/],
    ["bridge files -- ls", /runs no command/],
  ])("refuses %s", (line, message) => {
    expect(refusalOf(line)).toMatchObject({ code: "USAGE_INVALID", message: expect.stringMatching(message) });
  });

  test("its help names every option and is at most 100 columns wide", () => {
    const help = helpText("bridge");
    for (const { rows } of bridgeOptions) for (const row of rows) expect(help).toContain(`  ${flagOf(row)}`);
    expect(help.split("\n").filter((line) => line.length > 100)).toEqual([]);
  });
});

test("files are left as they are in TYPE A unless it is asked for, and opened late", () => {
  expect(parse("bridge files")).toMatchObject({
    inPlace: false,
    serve: { options: { ascii: "binary", opensLate: true } },
  });
  expect(parse("bridge --in-place --ascii convert files")).toMatchObject({
    inPlace: true,
    serve: { options: { ascii: "convert" } },
  });
  expect(refusalOf("bridge --in-place --atomic-uploads files").message).toMatch(/cannot be used together/);
  expect(refusalOf("bridge --ascii x files").code).toBe("USAGE_INVALID");
});

describe("sallyport bridge --to-ftp", () => {
  test("takes the options of the SSH server and those of the FTP client", () => {
    const line = `bridge --to-ftp --listen *:2222 --host-key h --user a --password-file f --authorized-keys k/%u --tls
      --tls-ca ca --passive --via me@gate -p 2200 -i key --ssh embedded -v --json plant:secret@ftp-host:2121/in%20box`;
    expect(parse(line)).toMatchObject({
      kind: "bridge-to-ftp",
      target: { host: "ftp-host", port: 2121, user: "plant", password: "secret" },
      root: "in box",
      mode: "passive",
      tls: "explicit",
      tlsCa: "ca",
      via: { transport: "embedded", ssh: { host: "gate", user: "me", port: 2200, identityFiles: ["key"] } },
      serve: {
        options: {
          listen: [],
          passwordFile: "f",
          ssh: { host: "*", port: 2222, hostKeyFile: "h", authorizedKeysFile: "k/%u" },
        },
        users: ["a"],
        output: { verbosity: 1, json: true },
      },
    });
  });

  test.each([
    ["ftp-host", { host: "ftp-host" }, "", undefined],
    ["ftp-host//srv", { host: "ftp-host" }, "/srv", undefined],
    ["ftps://me@ftp-host/x", { host: "ftp-host", user: "me" }, "x", "implicit"],
  ])("reads %s", (place, target, root, tls) => {
    const command = parse(`bridge --to-ftp --user a ${place}`);
    expect(command).toMatchObject({ target, root, serve: { options: { ssh: { host: "127.0.0.1", port: 2222 } } } });
    expect(command).toMatchObject(tls === undefined ? {} : { tls });
  });

  test.each([
    ["bridge --to-ftp --user a", /destination is missing/],
    ["bridge --to-ftp ftp-host", /nobody could log in/],
    ["bridge --to-ftp --user a sftp://ftp-host", /not to SFTP/],
    ["bridge --to-ftp --user a -i key ftp-host", /-i is for the SSH connection of --via/],
    ["bridge --to-ftp --user a --listen 1 --listen 2 ftp-host", /--listen was given twice/],
    ["bridge --to-ftp --user a --atomic-uploads ftp-host", /unknown option --atomic-uploads/],
  ])("refuses %s", (line, message) => {
    expect(refusalOf(line)).toMatchObject({ code: "USAGE_INVALID", message: expect.stringMatching(message) });
  });

  test("has help that names every option", () => {
    expect(parse("bridge --to-ftp --help")).toEqual({ kind: "help", command: "bridge --to-ftp" });
    const help = helpText("bridge --to-ftp");
    for (const { rows } of toFtpOptions) for (const row of rows) expect(help).toContain(`  ${flagOf(row)}`);
    expect(help.split("\n").filter((text) => text.length > 100)).toEqual([]);
  });
});
