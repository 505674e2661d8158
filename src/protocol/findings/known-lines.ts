// Lines of FTP servers and clients, of ssh and sshd, and what they mean. The first that fits counts: what says exactly what
// happened stands before what only says that something did. Pure.
import type { FindingId } from "./findings.ts";

export interface KnownLine {
  readonly pattern: RegExp;
  /** `no-path`: nothing is wrong with the way; the server has answered. */
  readonly finding: FindingId | "no-path";
}

const line = (finding: KnownLine["finding"], pattern: RegExp): KnownLine => ({ finding, pattern });

const ssh: readonly KnownLine[] = [
  line("D23", /host key verification failed|remote host identification has changed|host key is known for/i),
  line(
    "D24",
    /permission denied \(|too many authentication failures|no more authentication methods|all configured authentication methods failed/i,
  ),
  line(
    "D25",
    /bad configuration option|bad owner or permissions|terminating, \d+ bad configuration|ssh: command not found/i,
  ),
  line(
    "D28",
    /remote port forwarding failed|server has disabled port forwarding|to remote forward.*request was denied|refused remote port forward/i,
  ),
  line("D26", /administratively prohibited|refused local port forward|but the request was denied/i),
  line(
    "D27",
    /open failed: (?:connect failed|resource shortage)|connect_to \S+ port \d+: failed|connect_to .*: unknown host/i,
  ),
  line(
    "D41",
    /cannot listen to port|channel_setup_fwd_listener|could not request local forwarding|^bind \[?[\w.:]+\]?:\d+: address already in use/i,
  ),
  line(
    "D42",
    /client_loop: send disconnect|packet_write_wait|timeout, server \S+ not responding|connection to \S+ closed by remote host|write failed: broken pipe/i,
  ),
  line(
    "D21",
    /^ssh: |ssh: connect to host|kex_exchange_identification|ssh_exchange_identification|banner exchange|unable to negotiate with/i,
  ),
];

const tls: readonly KnownLine[] = [
  line(
    "D39",
    /session reuse required|session of data connection (?:has )?not resumed|session resumption on data connection failed|unable to build data connection: operation not permitted|client did not reuse (?:ssl|tls) session/i,
  ),
  line(
    "D19",
    /must use encryption|data connections must be encrypted|(?:ssl|tls).{0,8}required|required.{0,12}\b(?:ssl|tls)\b|use auth first|auth tls first|policy requires ssl|cleartext sessions|requires? (?:ssl|tls|secure)|must be encrypted|prot c is not allowed/i,
  ),
  line(
    "D38",
    /certificate|gnutls_handshake|ssl_connect|ssl connect error|tls handshake|ssl level failed|self.signed|gnutls error|wrong version number|unknown protocol|does not support or allow ssl/i,
  ),
];

const passive: readonly KnownLine[] = [
  line(
    "D08",
    /port theft|bad ip connecting|passive connection from .*rejected|data connection from foreign address|data connection peer has|control and data connection do not match|control channel didn't match the client ip/i,
  ),
  line(
    "D12",
    /unroutable address|address returned by pasv seem|skip \S+ for data connection|refused pasv address|address mismatch\b.*pasv/i,
  ),
  line(
    "D22",
    /passive mode refused|pasv.*not (?:allowed|supported|implemented|permitted)|epsv.*not (?:allowed|permitted)|cannot use pasv|bad pasv\/epsv response|reserved tcp ports are busy|cannot prepare for data connection/i,
  ),
  line("D15", /data connection could not be established|data socket error/i),
];

/** The server may not use the port that it calls from. vsftpd's `bind` that fails ends the session. */
export const noDataPort: RegExp = /vsf_sysutil_bind/i;

const active: readonly KnownLine[] = [
  line("D29", /use port or pasv first|no data connection\b|(?:port|pasv|epsv).{0,20}first/i),
  line(
    "D07",
    /illegal (?:port|eprt)|(?:port|eprt) command (?:failed|denied|rejected)|refused (?:port|eprt)|won't open a connection to|data connection to foreign address|requested ip address does not match|failed to do port|server cannot accept argument|bounce attack|active mode is disabled|won't connect to ports/i,
  ),
  line("D14", noDataPort),
  line("D03", /cannot assign requested address|can't assign requested address/i),
  line(
    "D17",
    /bind: address already in use|(?:data connection|data socket|establish connection).*address already in use|time_wait/i,
  ),
  line("D05", /(?:data connection|data socket|open data connection|data channel).*connection refused/i),
  line("D10", /(?:data connection|data socket).*(?:no route to host|network is unreachable)/i),
  line(
    "D09",
    /(?:build|open|establish) (?:a )?data connection.*timed out|active data channel timed out|accept timeout|accepting server connect|timeout waiting before accept|server failed to connect to data port|can't connect to specified address|failed to establish connection/i,
  ),
];

const others: readonly KnownLine[] = [
  line(
    "D40",
    /idle timeout|login timeout|no.transfer.time|login time exceeded|control (?:connection|channel) timed out|^421 (?:connection timed out|.*timeout)|try typing a little faster/i,
  ),
  line(
    "D37",
    /too many (?:connect|users|sessions)|maximum connection limit|maximum number of (?:allowed )?(?:clients|connections|users)|users \(the maximum\)|no more connections allowed/i,
  ),
  line(
    "D20",
    /failure (?:writing|reading) network stream|transfer aborted|transfer closed with|connection closed; transfer|broken pipe|connection reset by peer|econnreset|econnaborted|data connection closed|data connection timed out|(?:read from|write to) data connection|remote server has closed connection|partial file/i,
  ),
  line(
    "D15",
    /passive data channel timed out|can't open data connection|cannot open data connection|data channel timed out|timeout detected\. \(data connection\)|failed to retrieve directory listing|could not retrieve directory listing/i,
  ),
  line(
    "D36",
    /login (?:incorrect|failed|authentication failed)|user cannot log in|access denied: 530|not logged in|authentication failed|^530/i,
  ),
  line(
    "no-path",
    /no such file|not a (?:plain|regular) file|does not exist|failed to (?:open file|change directory|delete)|could not create file|permission denied|file exists|not found|disk full|quota|no space left|server denied you to change|could not get file size/i,
  ),
  line(
    "D31",
    /could not resolve host|unknown host|name or service not known|no address associated|nodename nor servname|getaddrinfo|no such host/i,
  ),
  line(
    "D35",
    /weird server reply|address scan failure|(?:couldn't|could not) interpret the 22[789]|response reading failed|ftp connection to an sftp server/i,
  ),
  line("D32", /connection refused|econnrefused|couldn't connect to server|could not connect to server/i),
  line("D33", /timed out|timeout|etimedout|no route to host|network is unreachable|ehostunreach|enetunreach/i),
];

/** In the order in which they are tried. */
export const knownLines: readonly KnownLine[] = [...ssh, ...tls, ...passive, ...active, ...others];

/** What a line says; undefined: it is not known. An id, `D07` or `S07`, means itself. */
export function findingOfLine(text: string): KnownLine["finding"] | undefined {
  return knownLines.find(({ pattern }) => pattern.test(text))?.finding;
}
