// Texts of OpenSSH 7.4 to 10, as they come on standard error.
import { describe, expect, it } from "vitest";
import type { ErrorCode } from "../../../src/protocol/error.ts";
import { explainFailure, explainLoss } from "../../../src/ssh/openssh/ssh-failure.ts";

const changed = [
  "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@",
  "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @",
  "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@",
  "IT IS POSSIBLE THAT SOMEONE IS DOING SOMETHING NASTY!",
  "Offending ED25519 key in /home/u/.ssh/known_hosts:3",
  "Host key verification failed.",
];

const cases: readonly [string, readonly string[], ErrorCode, RegExp, RegExp][] = [
  ["a changed host key", changed, "SSH_HOST_KEY", /its host key has changed/, /ssh-keygen -R/],
  [
    "a revoked host key",
    ["@       WARNING: REVOKED HOST KEY DETECTED!               @", "Host key verification failed."],
    "SSH_HOST_KEY",
    /is revoked/,
    /Do not use/,
  ],
  [
    "an unknown host key",
    ["Host key verification failed."],
    "SSH_HOST_KEY",
    /not known and was not accepted/,
    /known_hosts/,
  ],
  [
    "a host key that nobody has confirmed",
    [
      "No ED25519 host key is known for [127.0.0.1]:2222 and you have requested strict checking.",
      "Host key verification failed.",
    ],
    "SSH_HOST_KEY",
    /: No ED25519 host key is known for \[127\.0\.0\.1\]:2222 /,
    /known_hosts/,
  ],
  [
    "a jump host that cannot get there",
    [
      "channel 0: open failed: connect failed: Name or service not known",
      "stdio forwarding failed",
      "kex_exchange_identification: Connection closed by remote host",
    ],
    "SSH_CONNECT",
    /: channel 0: open failed: connect failed: Name or service not known$/,
    /jump host/,
  ],
  [
    "a name that does not exist",
    ["ssh: Could not resolve hostname nohost: Name or service not known"],
    "SSH_CONNECT",
    /: Could not resolve hostname nohost/,
    /spelling/,
  ],
  [
    "a port where nobody listens",
    ["ssh: connect to host 10.0.0.1 port 22: Connection refused"],
    "SSH_CONNECT",
    /: connect to host 10.0.0.1 port 22: Connection refused$/,
    /-p/,
  ],
  [
    "a host that does not answer",
    ["ssh: connect to host 10.0.0.1 port 22: Connection timed out"],
    "SSH_CONNECT",
    /timed out/,
    /firewall/,
  ],
  ["silence before the banner", ["Connection timed out during banner exchange"], "SSH_CONNECT", /banner/, /firewall/],
  ["no way there", ["ssh: connect to host 10.0.0.1 port 22: No route to host"], "SSH_CONNECT", /No route/, /ip route/],
  [
    "a wrong key",
    ["Warning: Identity file /no not accessible: No such file or directory.", "u@h: Permission denied (publickey)."],
    "SSH_AUTH",
    /: u@h: Permission denied \(publickey\)\.$/,
    /ssh-add/,
  ],
  [
    "too many keys",
    ["Received disconnect from 10.0.0.1 port 22:2: Too many authentication failures", "Disconnected from 10.0.0.1"],
    "SSH_AUTH",
    /Too many/,
    /IdentitiesOnly/,
  ],
  [
    "a key file that others can read",
    ["@         WARNING: UNPROTECTED PRIVATE KEY FILE!          @", "u@h: Permission denied (publickey)."],
    "SSH_AUTH",
    /can be read by others/,
    /chmod 600/,
  ],
  ["a bad option", ["command-line: line 0: Bad configuration option: foo"], "SSH_CONFIG", /option: foo/, /ssh -G/],
  [
    "a bad line",
    [
      "/home/u/.ssh/config: line 3: Bad configuration option: hots",
      "/home/u/.ssh/config: terminating, 1 bad configuration options",
    ],
    "SSH_CONFIG",
    /config: line 3/,
    /ssh -G/,
  ],
  [
    "a file that others can write",
    ["Bad owner or permissions on /home/u/.ssh/config"],
    "SSH_CONFIG",
    /Bad owner/,
    /ssh -G/,
  ],
  [
    "a file that is not there",
    ["Can't open user config file nofile: No such file or directory"],
    "SSH_CONFIG",
    /nofile/,
    /ssh -G/,
  ],
  [
    "no common host key type",
    ["Unable to negotiate with 10.0.0.1 port 22: no matching host key type found. Their offer: ssh-rsa,ssh-dss"],
    "SSH_CONNECT",
    /Their offer: ssh-rsa/,
    /HostKeyAlgorithms/,
  ],
  [
    "a server that hangs up",
    ["kex_exchange_identification: Connection closed by remote host", "Connection closed by 10.0.0.1 port 22"],
    "SSH_CONNECT",
    /kex_exchange_identification/,
    /MaxStartups/,
  ],
  [
    "a server that is none",
    [
      "kex_exchange_identification: banner line contains invalid characters",
      "banner exchange: Connection to 10.0.0.1 port 21: invalid format",
    ],
    "SSH_CONNECT",
    /invalid characters/,
    /Is it an SSH server/,
  ],
  ["words that nobody knows", ["something new"], "SSH_CONNECT", /: something new$/, /ssh itself/],
  ["no words", [], "SSH_CONNECT", /it gave no reason/, /ssh itself/],
];

describe("ssh's last words", () => {
  it.each(cases)("about %s become a code, a message and a hint", (_what, lines, code, message, hint) => {
    const error = explainFailure("u@h", lines, "SSH_CONNECT");
    expect([error.code, error.details.remote]).toEqual([code, "u@h"]);
    expect(error.message).toMatch(/^could not connect to u@h: /);
    expect(error.message).toMatch(message);
    expect(error.hint).toMatch(hint);
  });

  it.each([
    [["Timeout, server h not responding."], /lost: Timeout, server h not responding\.$/],
    [["client_loop: send disconnect: Broken pipe"], /lost: client_loop: send disconnect: Broken pipe$/],
    [["Connection to h closed by remote host."], /lost: Connection to h closed by remote host\.$/],
    [["Welcome to h", "Connection to h closed."], /lost: Welcome to h$/],
  ])("%j about a connection that was there are kept", (lines, message) => {
    const error = explainLoss("u@h", lines);
    expect(error.code).toBe("SSH_DISCONNECTED");
    expect(error.message).toMatch(message);
  });
});
