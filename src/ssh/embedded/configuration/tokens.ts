// ssh_config(5), sections TOKENS and ENVIRONMENT VARIABLES.

import { createHash } from "node:crypto";
import { SallyportError } from "../../../protocol/error.ts";
import { ownEntry } from "../../../protocol/own-entry.ts";

/** What `%h` and the others stand for. */
export interface TokenValues {
  /** %h: HostName. */
  readonly host: string;
  /** %n: as the user typed it. */
  readonly original: string;
  /** %k: HostKeyAlias, else as the user typed it. */
  readonly alias: string;
  readonly port: number;
  /** %r: the user at the server. */
  readonly user: string;
  /** %u, %i, %d, %l */
  readonly localUser: string;
  readonly localUid: number;
  readonly home: string;
  readonly localHost: string;
  readonly jump: string;
}

type Token = (values: TokenValues) => string;

const hostTokens: Readonly<Record<string, Token>> = {
  "%": () => "%",
  h: ({ host }) => host,
  n: ({ original }) => original,
  p: ({ port }) => String(port),
  r: ({ user }) => user,
};

const allTokens: Readonly<Record<string, Token>> = {
  ...hostTokens,
  C: ({ localHost, host, port, user, jump }) =>
    createHash("sha1").update(`${localHost}${host}${port}${user}${jump}`).digest("hex"),
  d: ({ home }) => home,
  i: ({ localUid }) => String(localUid),
  j: ({ jump }) => jump,
  k: ({ alias }) => alias,
  L: ({ localHost }) => localHost.split(".")[0] ?? localHost,
  l: ({ localHost }) => localHost,
  u: ({ localUser }) => localUser,
};

function expand(text: string, tokens: Readonly<Record<string, Token>>, values: TokenValues, keyword: string): string {
  return text.replace(/%(.?)/g, (token, letter: string) => {
    const value = ownEntry(tokens, letter);
    if (value === undefined) throw invalid(keyword, text, `${token} is not known here`);
    return value(values);
  });
}

/** What a shell would read as more than a name (CVE-2023-51385). A user may have a backslash: DOMAIN\\user. */
const unsafeHost = /^-|[\s\0-\x1f'`"$\\;&<>|(){}]/;
const unsafeUser = /^-|[\s\0-\x1f'`"$;&<>|(){}]/;

/** A ProxyCommand: `%% %h %n %p %r`. Names that a shell would not take for names are refused. */
export function expandCommand(command: string, values: TokenValues): string {
  for (const [name, unsafe] of [
    [values.host, unsafeHost],
    [values.original, unsafeHost],
    [values.user, unsafeUser],
  ] as const) {
    if (unsafe.test(name)) throw invalid("ProxyCommand", command, `${JSON.stringify(name)} is not safe in a command`);
  }
  return expand(command, hostTokens, values, "ProxyCommand");
}

/** A file name: `~`, `${VARIABLE}` and all tokens. */
export function expandFile(name: string, values: TokenValues, keyword: string): string {
  const atHome = name.replace(/^~(?=[/\\]|$)/, () => values.home.replace(/%/g, "%%"));
  const expanded = expand(atHome, allTokens, values, keyword);
  return expanded.replace(/\$\{([^}]*)\}/g, (_, variable: string) => {
    const value = process.env[variable];
    if (value === undefined) throw invalid(keyword, name, `the environment has no ${variable}`);
    return value;
  });
}

function invalid(keyword: string, text: string, why: string): SallyportError {
  return new SallyportError("SSH_CONFIG", `${keyword} ${text}: ${why}`, {
    hint: "Correct the setting; ssh_config(5) lists the tokens.",
  });
}
