// What our FTP server does with each command that it carries out: the replies that it may give. HELP, the reference page and
// the test that wants to see every one of them derive from it.

/** What a code means when this server sends it (RFC 959 section 4.2; 521 and 522: RFC 1639, RFC 2428; 534, 536: RFC 2228). */
export const replyMeanings = {
  150: "the data connection is open, the transfer begins",
  200: "done",
  202: "nothing to be done for that here",
  211: "state or features",
  213: "the fact that was asked for",
  214: "help",
  215: "the kind of system",
  220: "ready",
  221: "goodbye",
  225: "to ABOR: nothing is under way",
  226: "transfer complete, every byte where it belongs; or, to ABOR, the transfer is aborted",
  227: "the data port, IPv4",
  228: "the data port, any address",
  229: "the data port, same address",
  230: "logged in",
  234: "begin the TLS handshake",
  250: "done, with a file or directory",
  251: "the MD5",
  257: "the path, in quotes",
  331: "and the password?",
  350: "waiting for the command that belongs to it",
  421: "goodbye, and why: a limit, a time-out, the server closes, no FTP",
  425: "no data connection, and why",
  426: "the transfer or command was aborted, and why",
  451: "this file failed here, and why",
  452: "the disk is full; what came is not complete",
  500: "unknown command, or not after EPSV ALL",
  501: "the argument is missing or cannot be read",
  502: "not offered here",
  503: "not in this order",
  504: "not offered with this argument",
  521: "data must be protected; or an unknown address family",
  522: "another network protocol is needed",
  530: "not logged in; or the user, the password or the lack of TLS does not do",
  534: "data must be protected",
  536: "TLS cannot protect data so",
  550: "no such file, or it must not be done",
  553: "the name cannot be that of a file",
  554: "there is nothing at that position",
} as const;

type ReplyCode = keyof typeof replyMeanings;

type ReplyGroup = "any" | "path" | "data";

/** Codes that a whole group of commands may get beside their own. */
export const sharedReplies: Readonly<Record<ReplyGroup, readonly ReplyCode[]>> = {
  any: [421, 500, 501, 502, 503, 530],
  path: [426, 451, 452, 504, 550, 553],
  data: [150, 226, 425, 426, 451, 452, 521],
};

interface ServedCommand {
  /** The replies that it has for itself. */
  readonly replies: readonly ReplyCode[];
  /** Beside `any`, which is everybody's. */
  readonly groups: readonly ReplyGroup[];
}

type Row = readonly [verbs: string, groups: readonly ReplyGroup[], ...replies: readonly ReplyCode[]];

const rows: readonly Row[] = [
  ["USER", [], 331, 530],
  ["PASS", [], 230, 421, 503, 530],
  ["ACCT", [], 202],
  ["REIN", [], 220],
  ["QUIT", [], 221],
  ["HOST", [], 220, 503],
  ["ABOR", [], 225, 226],
  ["AUTH", [], 234, 421, 502, 503, 504],
  ["PBSZ", [], 200, 503],
  ["PROT", [], 200, 503, 504, 534, 536],
  ["SYST", [], 215],
  ["NOOP CLNT CSID", [], 200],
  ["FEAT", [], 211],
  ["HELP", [], 214, 502],
  ["STAT", ["path"], 211, 213, 451],
  ["OPTS", [], 200, 501, 504],
  ["LANG", [], 200, 504],
  ["TYPE", [], 200, 501, 504],
  ["STRU MODE", [], 200, 504],
  ["ALLO", [], 202, 501],
  ["REST", [], 350, 501],
  ["PORT", [], 200, 501, 504],
  ["LPRT", [], 200, 501, 504, 521],
  ["EPRT", [], 200, 501, 504, 522],
  ["PASV", [], 227, 425, 522],
  ["LPSV", [], 228, 425],
  ["EPSV", [], 200, 229, 425, 522],
  ["PWD XPWD", [], 257],
  ["CWD XCWD CDUP XCUP RMD XRMD DELE", ["path"], 250],
  ["MKD XMKD", ["path"], 257],
  ["RNFR", ["path"], 350],
  ["RNTO", ["path"], 250, 503],
  ["SIZE MDTM", ["path"], 213],
  ["MLST", ["path"], 250],
  ["MFMT MFF", ["path"], 213, 501, 504],
  ["AVBL", ["path"], 213],
  ["HASH", ["path"], 213],
  ["XCRC XMD5 XSHA XSHA1 XSHA256 XSHA512", ["path"], 250, 501],
  ["MD5", ["path"], 251],
  ["SITE", ["path"], 200, 214, 501, 504],
  ["LIST", ["path", "data"], 504],
  ["NLST APPE STOU", ["path", "data"]],
  ["MLSD", ["path", "data"], 501],
  ["RETR", ["path", "data"], 504, 554],
  ["STOR", ["path", "data"], 504, 554],
];

/** By verb. A command of the command table that is not here is 502. */
export const servedCommands: ReadonlyMap<string, ServedCommand> = new Map(
  rows.flatMap(([verbs, groups, ...replies]) => verbs.split(" ").map((verb) => [verb, { groups, replies }] as const)),
);

/** Every code that the command may get, in order. */
export function repliesTo(verb: string): readonly ReplyCode[] {
  const { groups, replies } = servedCommands.get(verb) ?? { groups: [], replies: [] };
  const shared = (["any", ...groups] as const).flatMap((group): readonly ReplyCode[] => sharedReplies[group]);
  return [...new Set([...shared, ...replies])].sort((a, b) => a - b);
}
