// What servers say that take no login, or no data, without TLS (RFC 4217 leaves code and words to them).
import type { Reply } from "./reply.ts";

interface Demand {
  readonly codes: readonly number[];
  readonly text: RegExp;
}

const words = /\b(?:TLS|SSL|FTPS|AUTH|encrypt(?:ed|ion)?|cleartext|plain FTP)\b/i;
const wants = /\b(?:requir\w*|must|needs?|wants?|use|only|not (?:allow\w*|accept\w*|permit\w*|support\w*))\b/i;
/** In one sentence, whatever their order: for the servers that nobody has listed. */
const sentence = new RegExp(`^(?=.*${words.source})(?=.*${wants.source})`, "i");

/** Before the login. All but the last as they stand in the server's source or in what it was seen to send. */
const loginDemands: readonly Demand[] = [
  // vsftpd: force_local_logins_ssl, force_anon_logins_ssl.
  { codes: [530], text: /sessions must use encryption/i },
  // ProFTPD: TLSRequired; pyftpdlib says the same.
  { codes: [550, 522], text: /SSL\/TLS required on the control channel/i },
  // FileZilla Server 1.x, and 0.9: "This server does not allow plain FTP. You have to use FTP over TLS."
  { codes: [503], text: /^Use AUTH first/i },
  { codes: [530], text: /does not allow plain FTP/i },
  // IIS, on the first of several lines.
  { codes: [534], text: /Policy requires SSL/i },
  // Pure-FTPd -Y 2, which hangs up.
  { codes: [421], text: /cleartext sessions .*are not accepted/i },
  { codes: [421, 500, 503, 504, 521, 522, 530, 533, 534, 536, 550], text: sentence },
];

/** vsftpd 522, ProFTPD 522, FileZilla Server 521 and 530, IIS 534, our own 521. Files' names stand in 550 only. */
const dataCodes: readonly number[] = [521, 522, 530, 534, 536];
const dataWords = /\b(?:TLS|SSL|PROT|encrypt(?:ed|ion)?)\b/;

const textOf = ({ lines }: Reply): string => lines.map((line) => line.replace(/^\d{3}[- ]/, "")).join(" ");

/** A refusal of the login, or of a command before it, that TLS would change. */
export function demandsTls(reply: Reply): boolean {
  const text = textOf(reply);
  return loginDemands.some((demand) => demand.codes.includes(reply.code) && demand.text.test(text));
}

/** A refusal of a transfer that PROT P would change. */
export function demandsDataTls(reply: Reply): boolean {
  return dataCodes.includes(reply.code) && dataWords.test(textOf(reply));
}
