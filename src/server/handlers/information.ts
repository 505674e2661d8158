// What the server reports about itself and the session: SYST, FEAT, HELP, STAT, OPTS and their kin.
import { formatEndpoint } from "../../platform/endpoint.ts";
import { commandTable, findCommand } from "../../protocol/command-table.ts";
import { factsFeature, formatFactNames, parseFactNames } from "../../protocol/listing/facts-line.ts";
import { makeReply, type Reply } from "../../protocol/reply.ts";
import { repliesTo, servedCommands } from "../../protocol/server/served-commands.ts";
import { hashNames } from "../checksum.ts";
import { listOverControl } from "../listing.ts";
import { blockReply } from "../replies.ts";
import type { HandlerTable, Session } from "../session.ts";

export const informationHandlers: HandlerTable = {
  // What clients look for: LIST lines are those of a Unix, and TYPE I is 8 bits.
  SYST: () => makeReply(215, "UNIX Type: L8"),
  NOOP: () => makeReply(200, "NOOP ok."),
  FEAT: (session) => blockReply(211, "Features:", features(session), "End"),
  HELP: (_session, about) => (about === "" ? helpForAll() : helpFor(about)),
  STAT: (session, path, signal) => (path === "" ? status(session) : listOverControl(session, path, signal)),
  OPTS: setOption,
  LANG: (_session, language) =>
    /^(|en(-.*)?)$/i.test(language)
      ? makeReply(200, "Language is English.")
      : makeReply(504, "Only English is supported."),
  CLNT: () => makeReply(200, "OK"),
  CSID: () => makeReply(200, "Name=Sallyport;"),
};

function features({ context, state, tls }: Session): string[] {
  const hash = hashNames.map((name) => (name === state.hash ? `${name}*` : name)).join(";");
  const { policy } = context;
  return [
    ...(tls === undefined ? [] : ["AUTH TLS"]),
    "AVBL",
    "CLNT",
    ...(policy.active ? ["EPRT"] : []),
    "EPSV",
    `HASH ${hash}`,
    "HOST",
    "LANG EN*",
    "MDTM",
    "MFF Modify;UNIX.mode;",
    "MFMT",
    factsFeature(state.facts),
    ...(tls === undefined ? [] : ["PBSZ", "PROT"]),
    "REST STREAM",
    "SIZE",
    "TVFS",
    "UTF8",
    "XCRC",
    "XMD5",
    "XSHA256",
  ];
}

function helpForAll(): Reply {
  const verbs = commandTable.map(({ verb }) => verb).filter((verb) => servedCommands.has(verb));
  const lines: string[] = [];
  for (let first = 0; first < verbs.length; first += 10) {
    lines.push(
      verbs
        .slice(first, first + 10)
        .map((verb) => verb.padEnd(7))
        .join(" ")
        .trimEnd(),
    );
  }
  return blockReply(214, "The following commands are recognized.", lines, "Help OK; HELP COMMAND says more.");
}

function helpFor(about: string): Reply {
  const row = findCommand(about.trim());
  if (row === undefined || !servedCommands.has(row.verb)) return makeReply(502, "Unknown command.");
  return makeReply(214, `${row.verb} ${row.help} (${row.rfc}). Replies: ${repliesTo(row.verb).join(", ")}.`);
}

function status(session: Session): Reply {
  const { state, control, secure, transfer } = session;
  const login = state.phase === "logged-in" ? `Logged in as ${state.user}` : "Not logged in";
  return makeReply(211, [
    "FTP server status:",
    ` Connected from ${formatEndpoint(control.remote)}${secure ? ", with TLS" : ""}`,
    ` ${login}`,
    ` TYPE ${state.type}, STRU F, MODE S, data ${state.protectedData ? "encrypted" : "in the clear"}`,
    transfer === undefined
      ? " No transfer is under way"
      : ` Under way: ${transfer.what}, ${transfer.progress.bytes} bytes so far`,
    "End of status",
  ]);
}

function setOption(session: Session, argument: string): Reply {
  const { state } = session;
  const [name = "", ...rest] = argument.trim().split(/ +/);
  const value = rest.join(" ");
  if (/^(UTF-?8)$/i.test(name)) {
    // Names are bytes here, whatever they mean: there is nothing to turn off (RFC 2640 section 3.1).
    return /^(|on|nlst)$/i.test(value)
      ? makeReply(200, "Always in UTF8 mode.")
      : makeReply(504, "UTF8 cannot be turned off.");
  }
  if (/^MLST$/i.test(name)) {
    state.facts = parseFactNames(value);
    return makeReply(200, `MLST OPTS ${formatFactNames(state.facts)}`.trimEnd());
  }
  if (!/^HASH$/i.test(name)) return makeReply(501, "Option not understood.");
  const hash = value === "" ? state.hash : hashNames.find((one) => one === value.toUpperCase());
  if (hash === undefined) return makeReply(504, `One of ${hashNames.join(", ")}.`);
  state.hash = hash;
  return makeReply(200, hash);
}
