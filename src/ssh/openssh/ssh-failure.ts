// The last lines that ssh writes, translated: what went wrong and what to do about it. The one place where ssh's texts are known.
import { type ErrorCode, SallyportError } from "../../protocol/error.ts";

interface Translation {
  /** Looked for in ssh's standard error. */
  readonly pattern: RegExp;
  readonly code: ErrorCode;
  /** Second half of "could not connect to user@host: …". Absent: ssh's own line. */
  readonly words?: string;
  readonly hint: string;
}

/** The first that fits counts: causes before consequences. */
const translations: readonly Translation[] = [
  {
    pattern: /REMOTE HOST IDENTIFICATION HAS CHANGED/,
    code: "SSH_HOST_KEY",
    words: "its host key has changed",
    hint: "Somebody may be listening in. If the server was really given a new key, check its fingerprint and remove the old key: ssh-keygen -R host.",
  },
  {
    pattern: /REVOKED HOST KEY|is marked as revoked|revoked by file/,
    code: "SSH_HOST_KEY",
    words: "its host key is revoked",
    hint: "Do not use this key. Ask the server's administrator.",
  },
  {
    pattern: /No \S+ host key is known for .* strict checking/,
    code: "SSH_HOST_KEY",
    hint: "Log in once with ssh on a terminal and compare the fingerprint, or add the key to known_hosts.",
  },
  {
    pattern: /Host key verification failed/,
    code: "SSH_HOST_KEY",
    words: "its host key is not known and was not accepted",
    hint: "Log in once with ssh on a terminal and compare the fingerprint, or add the key to known_hosts.",
  },
  {
    pattern:
      /Bad configuration option|[Bb]ad .*option|Bad owner or permissions|[Cc]an't open user config file|terminating, \d+ bad|extra arguments at end of line|missing argument|unsupported option|Bad .*(argument|port|value|specification)|^command-line(:| line)|percent_expand|invalid quotes|hostname contains invalid|unknown option|^usage:/m,
    code: "SSH_CONFIG",
    hint: "Correct the option or the line of ssh_config that ssh names; `ssh -G host` shows what it makes of them.",
  },
  {
    pattern: /^channel \d+: open failed: |^stdio forwarding failed$/m,
    code: "SSH_CONNECT",
    hint: "The jump host could not reach it: check host name and port as the jump host sees them.",
  },
  {
    pattern: /Could not resolve hostname/,
    code: "SSH_CONNECT",
    hint: "Check the spelling of the SSH host's name; a short name needs a Host entry in ssh_config.",
  },
  {
    pattern: /Connection refused/,
    code: "SSH_CONNECT",
    hint: "Check host and port (-p): is sshd running there?",
  },
  {
    pattern: /timed out/,
    code: "SSH_CONNECT",
    hint: "Check host and port (-p), and whether a firewall in between drops packets.",
  },
  {
    pattern: /No route to host|Network is unreachable|Cannot assign requested address|connect to .*: Permission denied/,
    code: "SSH_CONNECT",
    hint: "Check the address, the routes (ip route) and the firewall.",
  },
  {
    pattern: /no matching (host key type|key exchange method|cipher|MAC)/,
    code: "SSH_CONNECT",
    hint: "The server offers only what this ssh no longer uses. Allow it for this host, for example -o HostKeyAlgorithms=+ssh-rsa; better, update the server.",
  },
  {
    pattern: /Too many authentication failures/,
    code: "SSH_AUTH",
    hint: "The agent offers too many keys. Name the right one: -i file -o IdentitiesOnly=yes.",
  },
  {
    pattern: /UNPROTECTED PRIVATE KEY FILE/,
    code: "SSH_AUTH",
    words: "the private key file can be read by others, so ssh does not use it",
    hint: "chmod 600 the key file.",
  },
  {
    pattern: /Permission denied \(.*\)|No more authentication methods|Permission denied, please try again/,
    code: "SSH_AUTH",
    hint: "Check user name (-l) and key (-i, ssh-add -l), or run on a terminal so that ssh can ask for the password.",
  },
  {
    pattern:
      /kex_exchange_identification|banner exchange|ssh_exchange_identification|Connection closed by .* port|Connection reset by .* port/,
    code: "SSH_CONNECT",
    hint: "Is it an SSH server that listens there? If so, it turns away new connections for now (MaxStartups, PerSourcePenalties, a firewall); see its log.",
  },
  {
    pattern: /not responding/,
    code: "SSH_CONNECT",
    hint: "The network or the server has gone silent; ServerAliveInterval and ServerAliveCountMax say how long ssh waits.",
  },
];

const noise = /^(@+|Warning: Permanently added|Pseudo-terminal|Killed by signal|Connection to .* closed\.?$)/;

/** The line that says most: the one that the pattern is in, else the last one. */
function explainingLine(lines: readonly string[], pattern: RegExp | undefined): string {
  const candidates = lines.map((line) => line.trim()).filter((line) => line !== "" && !noise.test(line));
  const line = (pattern === undefined ? undefined : candidates.find((text) => pattern.test(text))) ?? candidates.at(-1);
  return (line ?? "it gave no reason").replace(/^ssh: /, "");
}

/** ssh could not connect to `target` (`user@host`). `lines` are the last ones of its standard error. */
export function explainFailure(target: string, lines: readonly string[], otherwise: ErrorCode): SallyportError {
  const text = lines.join("\n");
  const known = translations.find(({ pattern }) => pattern.test(text));
  const words = known?.words ?? explainingLine(lines, known?.pattern);
  const hint = known?.hint ?? "Try the same with ssh itself; -v shows every step.";
  return new SallyportError(known?.code ?? otherwise, `could not connect to ${target}: ${words}`, {
    details: { remote: target, phase: "connect" },
    hint,
  });
}

/** The connection to `target` was there and is gone. */
export function explainLoss(target: string, lines: readonly string[]): SallyportError {
  return new SallyportError(
    "SSH_DISCONNECTED",
    `the SSH connection to ${target} is lost: ${explainingLine(lines, undefined)}`,
    {
      details: { remote: target },
      hint: "Check that the server is up and the network works.",
    },
  );
}
