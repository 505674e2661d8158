// What a final reply can mean: by its code it may be the answer to one command and not to another (RFC 959 section 5.4).

/** 2yz and 3yz by verb. A verb that is not here may get any that no other command has for itself. */
const successes: ReadonlyMap<string, readonly number[]> = new Map([
  ["ABOR", [225, 226]],
  ["NOOP", [200]],
  ["STAT", [211, 212, 213]],
  ["HELP", [211, 214]],
  ["FEAT", [211]],
  ["SYST", [215]],
  ["QUIT", [221]],
  ["USER", [230, 232, 331, 332]],
  ["PASS", [202, 230, 332]],
  ["ACCT", [202, 230]],
  ["REIN", [200, 220, 230]],
  ["EPSV", [229]],
  ["PASV", [227]],
  ["PORT", [200]],
  ["EPRT", [200]],
  ["TYPE", [200]],
  ["MODE", [200]],
  ["STRU", [200]],
  ["ALLO", [200, 202]],
  ["PWD", [257]],
  ["XPWD", [257]],
  ["MKD", [257]],
  ["XMKD", [257]],
  ["SIZE", [213]],
  ["MDTM", [213]],
  ["REST", [350]],
  ["RNFR", [350]],
]);

/** Said of transfers, logins and passive ports only. */
const ofFewCommands: ReadonlySet<number> = new Set([221, 225, 226, 227, 228, 229, 331, 332]);

/** Commands that look at no file: 450 and 550 are not for them. */
const withoutFile: ReadonlySet<string> = new Set(
  "ABOR NOOP HELP FEAT SYST QUIT USER PASS ACCT REIN EPSV PASV PORT EPRT TYPE MODE STRU PWD XPWD REST OPTS".split(" "),
);

const aboutFile: ReadonlySet<number> = new Set([450, 451, 550, 553]);
/** The state of data that come or go, and of the room for them. */
const ofTransfers: ReadonlySet<number> = new Set([425, 426, 452, 551, 552]);

/** May this final reply answer this command, which opens no data connection? */
export function mayAnswer(verb: string, code: number): boolean {
  if (ofTransfers.has(code)) return verb === "PASV" && code === 425;
  if (code >= 400) return !(aboutFile.has(code) && withoutFile.has(verb));
  const own = successes.get(verb);
  return own === undefined ? !ofFewCommands.has(code) : own.includes(code);
}

/** May it end a transfer that has begun? 500 as well: vsftpd's `500 OOPS`. */
export function mayEndTransfer(code: number): boolean {
  return code === 226 || code === 250 || code === 500 || (code >= 400 && code < 500) || (code >= 550 && code <= 559);
}

/** May it refuse a transfer, or end one of which no 1yz was sent? */
export function mayAnswerTransfer(code: number): boolean {
  return code >= 400 || mayEndTransfer(code);
}

/** Our own command cannot have been answered so: somebody else's reply is in its place. */
export function isStrange(verb: string, code: number): boolean {
  // NAT gear answers EPSV with 227 and PASV with 229.
  if (verb === "EPSV" || verb === "PASV")
    return code < 227 ? code < 400 && (code < 200 || ofFewCommands.has(code)) : code >= 300 && code < 400;
  return code < 200 || (code < 400 && ofFewCommands.has(code) && !mayAnswer(verb, code));
}

/** The client's passive commands are answered here: what the server says to ours is never for the client. */
export const isOurs = (code: number): boolean => code >= 227 && code <= 229;
