import { describe, expect, test } from "vitest";
import { flagOf } from "../../../src/cli/command-line/option-table.ts";
import { refusedOptions } from "../../../src/cli/command-line/ssh-options.ts";
import { refusalOf } from "./parse.ts";

/** [what is typed, the message, the hint], the last two as parts of them. */
const refusals: readonly (readonly [string, string, string])[] = [
  ["", "the destination is missing", "sallyport -L 2001:ftp-host:21 user@ssh-host"],
  ["tunnel", "the destination is missing", "user@ssh-host"],
  ["-- host", "the destination is missing", "user@ssh-host"],
  ["-v --trace=h", "the destination is missing", "user@ssh-host"],
  ["''", '"" names no host', "[user@]host"],
  ["alice@", '"alice@" names no host', "[user@]host"],
  ["@h", '"@h" has no user before the @', "[user@]host"],
  ["h:2222", '"h:2222" has a port in it', "-p 2222 h"],
  ["alice@h:2222", '"alice@h:2222" has a port in it', "-p 2222 h"],
  ["ftp://ftp-host/", "is not an SSH destination", "the FTP server goes into -L"],
  ["ssh://", "names no host", "[user@]host"],
  ["ssh://h/path", '"h/path" is not a host name', "[user@]host"],
  ["ssh://h:port", '"port" is not a port', "from 1 to 65535"],
  ["ssh://-oProxyCommand=x", '"-oProxyCommand=x" is not a host name', "[user@]host"],
  ["alice@-oProxyCommand=x", '"-oProxyCommand=x" is not a host name', "[user@]host"],
  ["'$(id)@h'", '"$(id)" is not a user name', "[user@]host"],
  ["'-x@h;'", "unknown option -@", "--help"],
  ["'h;id'", '"h;id" is not a host name', "[user@]host"],
  ["'::1%$(id)'", "is not a host name", "[user@]host"],
  ["ssh://%zz@h", "has a broken % in it", "%25"],
  ["h ls", '"ls" would be a remote command', "-- ls"],
  ["h ls -l --foo", '"ls -l --foo" would be a remote command', "-- ls -l --foo"],
  ["h -v tar c .", '"tar c ." would be a remote command', "-- tar c ."],
  ["h --", "there is no command after --", "leave the -- out"],
  ["-f h -- ls", "-f and a command after -- cannot be used together", "Leave -f out"],
  ["-L", "-L needs a value", "-L [BIND:]PORT:HOST:HOSTPORT"],
  ["-L 2001 h", "-L 2001: this is not [bind:]port:host:hostport", "-L 2001:ftp-host:21"],
  ["-L 2001:ftp-host h", "this is not [bind:]port:host:hostport", "for example"],
  ["-L '' h", "this is not [bind:]port:host:hostport", "for example"],
  ["-L 2001:2001:db8::7:21 h", "this is not [bind:]port:host:hostport", "IPv6 addresses go in brackets"],
  ["-L 2001:[::1:21 h", "this is not [bind:]port:host:hostport", "for example"],
  ["-L 2001:[::1]x:21 h", "this is not [bind:]port:host:hostport", "for example"],
  ["-L 2001::21 h", '"" is not a host name', "for example -L 2001:ftp-host:21"],
  ["-L 70000:h:21 h", 'the port to listen on: "70000" is not a port', "from 0 to 65535"],
  ["-L x:h:21 h", '"x" is not a port', "ftp"],
  ["-L 2001:h:0 h", `the FTP server's port: "0" is not a port`, "from 1 to 65535"],
  ["-L 2001:h:21x h", '"21x" is not a port', "from 1 to 65535"],
  ["-L 2001:h:-1 h", '"-1" is not a port', "from 1 to 65535"],
  ["-L 2001:/run/ftp.sock h", "the FTP server cannot be a Unix socket", "[bind:]port:host:hostport"],
  ["-L /run/s:/run/ftp.sock h", "/run/ftp.sock", "path:host:hostport"],
  ["-L /run/s:h h", "this is not [bind:]port", "the port here"],
  ["-L 2001:-h:21 h", '"-h" is not a host name', "-L 2001:ftp-host:21"],
  ["-g -L eth0:2001:f:21 h", '"eth0" is not an address of this machine', "* with -g"],
  ["-L 2001:a:21 -L 2001:b:21 h", "two -L listen on localhost:2001", "0 picks a free one"],
  ["-p", "-p needs a value", "-p PORT"],
  ["-p 0 h", '-p: "0" is not a port', "from 1 to 65535"],
  ["-p 22x h", '-p: "22x" is not a port', "from 1 to 65535"],
  ["-l '' h", "-l has an empty value", "--help"],
  ["-i 'a\nb' h", "-i: the value has a control character in it", "--help"],
  ["-J a -J b h", "-J was given twice", "-J a,b"],
  ["-o Foo h", "-o Foo: this is not NAME=VALUE", "ssh_config(5)"],
  ["-o =x h", "this is not NAME=VALUE", "ssh_config(5)"],
  ["-Z h", "unknown option -Z", "--help"],
  ["-vZ h", "unknown option -Z", "--help"],
  ["-5 h", "unknown option -5", "--help"],
  ["--passiv-ports 1-2 h", "unknown option --passiv-ports", "Did you mean --passive-ports?"],
  ["--jsn h", "unknown option --jsn", "Did you mean --json?"],
  ["--json=yes h", "--json takes no value", "Leave the = and what follows it out."],
  ["--frobnicate h", "unknown option --frobnicate", "See sallyport --help."],
  ["--ssh putty h", '--ssh: "putty" is not one of auto, openssh, embedded', "--ssh auto"],
  ["--ssh open h", '--ssh: "open" is not one of', "Did you mean --ssh openssh?"],
  ["--back pasv h", '--back: "pasv" is not one of auto, passive, active, default-port', "--back auto"],
  ["--back pass h", '"pass" is not one of', "Did you mean --back passive?"],
  ["--back-address ssh-host h", '"ssh-host" is not an IP address', "--back-address 192.0.2.7"],
  ["--back passive --back-address 192.0.2.7 h", "--back-address has no use with --back passive", "--back active"],
  ["--passive-ports 2-1 h", '"2-1" is not a range of ports', "50000-50100"],
  ["--passive-ports 1-2-3 h", '"1-2-3" is not a range of ports', "50000-50100"],
  ["--passive-ports a-b h", '--passive-ports: "a" is not a port', "from 1"],
  ["--passive-ports 0 h", '"0" is not a port', "from 1"],
  ["--passive-address 203.0.113.9 h", '"h" is not an IPv4 network', "0.0.0.0/0"],
  ["h --passive-address 203.0.113.9", "--passive-address needs two values", "EXTERNAL-IP CIDR"],
  ["--passive-address 203.0.113.9 -v h", "--passive-address needs two values", "EXTERNAL-IP CIDR"],
  ["--passive-address name 0.0.0.0/0 h", '"name" is not an IPv4 address', "four numbers"],
  ["--passive-address 2001:db8::1 0.0.0.0/0 h", '"2001:db8::1" is not an IPv4 address', "four numbers"],
  ["--passive-address 203.0.113.9 ::/0 h", '"::/0" is not an IPv4 network', "0.0.0.0/0"],
  ["--allow-third-party 10.0.0.0/33 h", '"10.0.0.0/33" is not a network', "192.0.2.0/24"],
  ["--allow-third-party friends h", '"friends" is not a network', "192.0.2.0/24"],
  ["--survive=1m h", '--survive: "1m" is not a whole number from 1 to 86400', "--survive 60"],
  ["--hold 0 h", '--hold: "0" is not a whole number from 1 to 86400', "--hold 60"],
  ["--keepalive 1m h", '--keepalive: "1m" is not a whole number from 0 to 86400', "--keepalive 60"],
  ["--max-sessions 0 h", '--max-sessions: "0" is not a whole number from 1', "60"],
  ["--log xml h", '--log: "xml" is not one of text, json', "--log text"],
  ["-f --trace h", "--trace without FILE writes to standard error, which -f closes", "--trace=FILE"],
];

describe("a wrong command line is refused in one sentence and a hint", () => {
  test.each(refusals)("%s", (line, message, hint) => {
    const error = refusalOf(line);
    expect(error.code).toBe("USAGE_INVALID");
    expect(error.message).toContain(message);
    expect(error.hint).toContain(hint);
  });
});

describe("listening beyond loopback needs -g", () => {
  test.each(["*:2001:f:21", ":2001:f:21", "0.0.0.0:2001:f:21", "192.0.2.1:2001:f:21", "[::]:2001:f:21"])(
    "-L %s",
    (value) => {
      const error = refusalOf(`-L ${value} h`);
      expect(error.code).toBe("POLICY_BIND");
      expect(error.hint).toContain("whoever reaches port 2001 then reaches f:21");
      expect(error.hint).toContain("not encrypted");
    },
  );
});

describe("ssh's options that have no place here are refused with what to do instead", () => {
  test.each(refusedOptions.rows.map((row) => [flagOf(row), row.flags.includes("<"), row.more ?? ""] as const))(
    "%s",
    (option, takesValue, more) => {
      const error = refusalOf(takesValue ? `${option} value h` : `${option} h`);
      expect(error.code).toBe("USAGE_INVALID");
      expect(error.message).toMatch(new RegExp(`^${option} is refused: `));
      expect(error.hint).toBe(more);
    },
  );

  test("every letter of ssh(1) is either understood or refused", () => {
    // The synopsis of OpenSSH 9.2 to 10.0.
    const letters = "46AaCfGgKkMNnqsTtVvXxYyBbcDEeFIiJLlmOoPpQRSWw";
    for (const letter of letters) {
      const isKnown = (line: string): boolean => !/unknown option/.test(messageOf(line));
      expect([letter, isKnown(`-${letter} 1 h`)]).toEqual([letter, true]);
    }
  });
});

function messageOf(line: string): string {
  try {
    return refusalOf(line).message;
  } catch {
    return "";
  }
}
