// Every FTP command that we know, as data. Dispatch, FEAT, HELP and docs/reference/commands.md derive from it.
// A command that is not here passes through a relay untouched.

export interface CommandRow {
  /** Upper case. */
  readonly verb: string;
  readonly argument: "none" | "optional" | "required";
  /** When it makes sense: at any time, only before the login is complete, only after. */
  readonly phase: "any" | "before-login" | "logged-in";
  /** Opens a data connection, seen from the client. */
  readonly data?: "download" | "upload";
  /** May be sent while a transfer runs (RFC 959 section 4: ABOR, STAT, QUIT; NOOP keeps the connection alive). */
  readonly duringTransfer: boolean;
  /** Where it is defined. */
  readonly rfc: string;
  /** Argument and effect, for people. */
  readonly help: string;
  /** What a relay does: pass it on, answer it itself, refuse it, or open data connections on both sides. */
  readonly relay: "pass" | "answer" | "refuse" | "transfer";
}

/** In place of `relay`, a transfer has its direction. */
type Compact = readonly [
  verb: string,
  argument: CommandRow["argument"],
  phase: CommandRow["phase"],
  relay: "pass" | "answer" | "refuse" | "download" | "upload",
  rfc: string,
  help: string,
];

const rows: readonly Compact[] = [
  ["USER", "required", "any", "pass", "RFC 959", "name: begin to log in"],
  ["PASS", "required", "before-login", "pass", "RFC 959", "password: continue the login"],
  ["ACCT", "required", "any", "pass", "RFC 959", "account: name an account"],
  ["REIN", "none", "any", "pass", "RFC 959", "begin again as if just connected"],
  ["CWD", "required", "logged-in", "pass", "RFC 959", "directory: change the working directory"],
  ["CDUP", "none", "logged-in", "pass", "RFC 959", "change to the parent directory"],
  ["SMNT", "required", "logged-in", "pass", "RFC 959", "path: mount another file system"],
  ["TYPE", "required", "logged-in", "pass", "RFC 959", "A | E | I | L bits: representation of the data"],
  ["STRU", "required", "logged-in", "pass", "RFC 959", "F | R | P: structure of the data"],
  ["MODE", "required", "logged-in", "pass", "RFC 959", "S | B | C | Z: transfer mode"],
  ["ALLO", "required", "logged-in", "pass", "RFC 959", "bytes [R record size]: reserve space"],
  ["REST", "required", "logged-in", "pass", "RFC 959", "position: where the next transfer starts"],
  ["RNFR", "required", "logged-in", "pass", "RFC 959", "path: what to rename"],
  ["RNTO", "required", "logged-in", "pass", "RFC 959", "path: the new name"],
  ["DELE", "required", "logged-in", "pass", "RFC 959", "path: delete a file"],
  ["RMD", "required", "logged-in", "pass", "RFC 959", "path: remove a directory"],
  ["MKD", "required", "logged-in", "pass", "RFC 959", "path: make a directory"],
  ["PWD", "none", "logged-in", "pass", "RFC 959", "show the working directory"],
  ["SITE", "required", "logged-in", "pass", "RFC 959", "command: something of this server only"],
  ["SYST", "none", "any", "pass", "RFC 959", "show the operating system"],
  ["HELP", "optional", "any", "pass", "RFC 959", "[command]: list the commands, or explain one"],
  ["ABOR", "none", "logged-in", "pass", "RFC 959", "abort the transfer"],
  ["STAT", "optional", "any", "pass", "RFC 959", "[path]: show the state, or list over the control connection"],
  ["NOOP", "none", "any", "pass", "RFC 959", "do nothing"],
  ["QUIT", "none", "any", "pass", "RFC 959", "log out, once a running transfer is over"],
  ["PORT", "required", "logged-in", "answer", "RFC 959", "h1,h2,h3,h4,p1,p2: connect to this address for data"],
  ["PASV", "none", "logged-in", "answer", "RFC 959", "listen for data, reply with the address"],
  ["RETR", "required", "logged-in", "download", "RFC 959", "path: download a file"],
  ["LIST", "optional", "logged-in", "download", "RFC 959", "[path]: list for people"],
  ["NLST", "optional", "logged-in", "download", "RFC 959", "[path]: list names only"],
  ["STOR", "required", "logged-in", "upload", "RFC 959", "path: upload a file"],
  // RFC 959 gives STOU no argument; servers take one as a pattern for the name.
  ["STOU", "optional", "logged-in", "upload", "RFC 959", "upload under a new, unique name"],
  ["APPE", "required", "logged-in", "upload", "RFC 959", "path: upload to the end of a file"],
  ["XCWD", "required", "logged-in", "pass", "RFC 775, RFC 1123", "directory: CWD"],
  ["XCUP", "none", "logged-in", "pass", "RFC 775, RFC 1123", "CDUP"],
  ["XMKD", "required", "logged-in", "pass", "RFC 775, RFC 1123", "path: MKD"],
  ["XRMD", "required", "logged-in", "pass", "RFC 775, RFC 1123", "path: RMD"],
  ["XPWD", "none", "logged-in", "pass", "RFC 775, RFC 1123", "PWD"],
  ["LPRT", "required", "logged-in", "answer", "RFC 1639", "family,length,address,2,p1,p2: PORT for long addresses"],
  ["LPSV", "none", "logged-in", "answer", "RFC 1639", "PASV for long addresses"],
  ["AUTH", "required", "any", "refuse", "RFC 2228", "mechanism: begin to protect the control connection"],
  ["ADAT", "required", "any", "refuse", "RFC 2228", "base64: data of the mechanism"],
  ["PBSZ", "required", "any", "refuse", "RFC 2228", "bytes: size of protection buffer"],
  ["PROT", "required", "any", "refuse", "RFC 2228", "C | S | E | P: protection of data connections"],
  ["CCC", "none", "any", "refuse", "RFC 2228", "end the protection of the control connection"],
  ["MIC", "required", "any", "refuse", "RFC 2228", "base64: a command, signed"],
  ["CONF", "required", "any", "refuse", "RFC 2228", "base64: a command, encrypted"],
  ["ENC", "required", "any", "refuse", "RFC 2228", "base64: a command, signed and encrypted"],
  ["CPSV", "none", "logged-in", "refuse", "vendors, TLS", "PASV with this server as TLS client"],
  ["SSCN", "optional", "logged-in", "refuse", "vendors, TLS", "[ON | OFF]: this server is TLS client"],
  ["FEAT", "none", "any", "pass", "RFC 2389", "list the features"],
  ["OPTS", "required", "any", "pass", "RFC 2389", "command [options]: set options of a command"],
  ["EPRT", "required", "logged-in", "answer", "RFC 2428", "|protocol|address|port|: PORT for IPv4 and IPv6"],
  ["EPSV", "optional", "logged-in", "answer", "RFC 2428", "[1 | 2 | ALL]: PASV for IPv4 and IPv6"],
  ["LANG", "optional", "any", "pass", "RFC 2640", "[language]: language of the replies"],
  ["MDTM", "required", "logged-in", "pass", "RFC 3659", "path: show the time of last change"],
  ["SIZE", "required", "logged-in", "pass", "RFC 3659", "path: show the size as it would be transferred"],
  ["MLST", "optional", "logged-in", "pass", "RFC 3659", "[path]: facts of one file over the control connection"],
  ["MLSD", "optional", "logged-in", "download", "RFC 3659", "[path]: list for programs"],
  ["HOST", "required", "before-login", "pass", "RFC 7151", "name: choose a virtual server"],
  ["MFMT", "required", "logged-in", "pass", "draft-somers-ftp-mfxx", "time path: set the time of last change"],
  ["MFCT", "required", "logged-in", "pass", "draft-somers-ftp-mfxx", "time path: set the time of creation"],
  ["MFF", "required", "logged-in", "pass", "draft-somers-ftp-mfxx", "fact=value;... path: set facts"],
  ["HASH", "required", "logged-in", "pass", "draft-bryan-ftpext-hash", "path: compute the checksum"],
  [
    "RANG",
    "required",
    "logged-in",
    "pass",
    "draft-bryan-ftp-range",
    "first last: bytes that the next command is about",
  ],
  ["XCRC", "required", "logged-in", "pass", "vendors, checksums", "path [first last]: compute the CRC-32"],
  ["XMD5", "required", "logged-in", "pass", "vendors, checksums", "path [first last]: compute the MD5"],
  ["MD5", "required", "logged-in", "pass", "vendors, checksums", "path: compute the MD5 (draft-twine-ftpmd5)"],
  ["XSHA", "required", "logged-in", "pass", "vendors, checksums", "path [first last]: compute the SHA-1"],
  ["XSHA1", "required", "logged-in", "pass", "vendors, checksums", "path [first last]: compute the SHA-1"],
  ["XSHA256", "required", "logged-in", "pass", "vendors, checksums", "path [first last]: compute the SHA-256"],
  ["XSHA512", "required", "logged-in", "pass", "vendors, checksums", "path [first last]: compute the SHA-512"],
  ["AVBL", "optional", "logged-in", "pass", "draft-peterson-streamlined-ftp", "[path]: show the free space"],
  ["CSID", "required", "any", "pass", "draft-peterson-streamlined-ftp", "name=value;...: send the client's name"],
  ["CLNT", "required", "any", "pass", "vendors", "name: send the client's name"],
  ["COMB", "required", "logged-in", "pass", "vendors", "target parts...: join files"],
  [
    "THMB",
    "required",
    "logged-in",
    "download",
    "draft-peterson-streamlined-ftp",
    "format width height path: small image",
  ],
];

const duringTransfer: ReadonlySet<string> = new Set(["ABOR", "STAT", "NOOP", "QUIT"]);

function expand([verb, argument, phase, relay, rfc, help]: Compact): CommandRow {
  const row = { verb, argument, phase, duringTransfer: duringTransfer.has(verb), rfc, help };
  if (relay !== "download" && relay !== "upload") return { ...row, relay };
  return { ...row, data: relay, relay: "transfer" };
}

/** All rows, grouped by the document that defines them. */
export const commandTable: readonly CommandRow[] = rows.map(expand);

const byVerb: ReadonlyMap<string, CommandRow> = new Map(commandTable.map((row) => [row.verb, row]));

/** The row of a command, in whatever case; `undefined` for a command that we do not know. */
export function findCommand(verb: string): CommandRow | undefined {
  return byVerb.get(verb.toUpperCase());
}
