// One TCP socket of this machine, asked of the kernel by its ends (sock_diag(7)). It looks the socket up where /proc/net/tcp walks
// through all that could be there, which costs milliseconds however few sockets there are. Node has no netlink sockets, so a small
// Perl program holds one; nearly every Linux has Perl. Only what is found counts: the rest is asked of the table.
import type { ChildProcess, ChildProcessByStdio } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import type { Ends } from "../platform/endpoint.ts";
import { mayStartLater, startProcess } from "../platform/start-process.ts";
import { plainBytes } from "../protocol/ip-address.ts";
import { limits } from "../protocol/limits.ts";

/** What the kernel knows of a socket. */
export interface SocketRow {
  readonly uid: number;
  /** 0: no process holds it any more. */
  readonly inode: number;
  /** Bytes that were written into it and have not been acknowledged. */
  readonly unacknowledged: number;
}

type Answer = (row: SocketRow | undefined) => void;

const questionBytes = 56;
const answerBytes = 20;
/** TCP_LISTEN: where no connection has these ends, the kernel takes a listener for them. */
const listening = 10;

/**
 * AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG; SOCK_DIAG_BY_FAMILY with NLM_F_REQUEST. Of struct inet_diag_msg: state, wqueue, uid, inode.
 * It ends with our end of its input, and by itself when nothing is asked for a while.
 */
const program = `
socket(my $netlink, 16, 3, 4) or exit 1;
for (;;) {
  alarm ${limits.socketDiagIdleMs / 1000};
  (sysread(STDIN, my $question, ${questionBytes}) // 0) == ${questionBytes} or exit;
  send($netlink, pack("LSSLL", ${16 + questionBytes}, 20, 1, 0, 0) . $question, 0) or exit 1;
  defined recv($netlink, my $answer, 512, 0) or exit 1;
  my ($found, $state, $wqueue, $uid, $inode) = unpack('x4 S x11 C x58 L3', $answer . "\\0" x 88);
  syswrite(STDOUT, pack("N5", $found == 20, $state, $wqueue, $uid, $inode));
}`;

type Started = ChildProcessByStdio<Writable, Readable, null>;

export class SocketDiag implements AsyncDisposable {
  readonly #perl: string;
  #process: Started | undefined;
  #waiting: Answer[] = [];
  #received: Buffer = Buffer.alloc(0);
  #looks = 0;
  #hasAnswered = false;
  /** No Linux, no Perl, no such kernel, or it may not. */
  #isUseless: boolean = process.platform !== "linux";

  constructor(perl = "/usr/bin/perl") {
    this.#perl = perl;
  }

  /** `undefined`: it is not known here, and may be there nevertheless; or the signal is aborted by then. Undefined itself: it is not asked. */
  find(ends: Ends, signal?: AbortSignal): Promise<SocketRow | undefined> | undefined {
    this.#looks += 1;
    // A process of its own is for who looks often.
    if (this.#looks <= limits.socketDiagFromLooks || this.#isUseless || signal?.aborted === true) return undefined;
    const question = questionOf(ends);
    if (question === undefined) return undefined;
    const running = this.#running();
    return (
      running &&
      new Promise((resolve) => {
        this.#waiting.push((row) => resolve(signal?.aborted === true ? undefined : row));
        running.stdin.write(question);
      })
    );
  }

  /** Ends the process. */
  async [Symbol.asyncDispose](): Promise<void> {
    const running = this.#process;
    if (running === undefined) return;
    running.stdin.end();
    await new Promise<void>((resolve) => running.once("close", () => resolve()));
  }

  #running(): Started | undefined {
    this.#process ??= this.#start();
    return this.#process;
  }

  #start(): Started | undefined {
    try {
      const started = startProcess(this.#perl, ["-e", program], {
        stdio: ["pipe", "pipe", "ignore"],
        cwd: "/",
        env: {},
      });
      started.stdout.on("data", this.#receive);
      started.stdin.on("error", () => {}); // it has ended, see below
      started.on("error", (error) => this.#ended(started, !mayStartLater(error)));
      started.on("close", (_, killedBy) => this.#ended(started, killedBy === null));
      keepNothingAlive(started);
      return started;
    } catch (error) {
      this.#failed(!mayStartLater(error));
      return undefined;
    }
  }

  #ended(which: ChildProcess, isLasting: boolean): void {
    if (which !== this.#process) return;
    this.#process = undefined;
    this.#received = Buffer.alloc(0);
    this.#failed(isLasting);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const answer of waiting) answer(undefined);
  }

  /** One that has never answered, for a reason that lasts, never will. Otherwise it is tried again when it has been looked for some more. */
  #failed(isLasting: boolean): void {
    this.#isUseless ||= isLasting && !this.#hasAnswered;
    this.#looks = 0;
  }

  readonly #receive = (bytes: Buffer): void => {
    this.#hasAnswered = true;
    let left = this.#received.length === 0 ? bytes : Buffer.concat([this.#received, bytes]);
    for (; left.length >= answerBytes; left = left.subarray(answerBytes)) this.#waiting.shift()?.(rowIn(left));
    this.#received = left;
  };
}

function rowIn(bytes: Buffer): SocketRow | undefined {
  const answer = new DataView(bytes.buffer, bytes.byteOffset);
  if (answer.getUint32(0) === 0 || answer.getUint32(4) === listening) return undefined;
  return { unacknowledged: answer.getUint32(8), uid: answer.getUint32(12), inode: answer.getUint32(16) };
}

/** struct inet_diag_req_v2, for one socket in whatever state. */
function questionOf({ local, remote }: Ends): Buffer | undefined {
  const hosts = `${local.host} ${remote.host}`;
  if (hosts !== asked.hosts) asked = { hosts, question: questionAbout(local.host, remote.host) };
  if (asked.question === undefined) return undefined;
  const question = Buffer.from(asked.question);
  question.writeUInt16BE(local.port, 8);
  question.writeUInt16BE(remote.port, 10);
  return question;
}

/** One client asks for all its files. */
let asked: { readonly hosts: string; readonly question: Buffer | undefined } = { hosts: "", question: undefined };

/** Without the ports. */
function questionAbout(local: string, remote: string): Buffer | undefined {
  const [from, to] = [plainBytes(local), plainBytes(remote)];
  if (from === undefined || to === undefined || from.length !== to.length) return undefined;
  const question = Buffer.alloc(questionBytes);
  question.set(from.length === 4 ? [2, 6] : [10, 6]); // AF_INET or AF_INET6, IPPROTO_TCP
  question.fill(0xff, 4, 8); // in any state
  question.set(from, 12);
  question.set(to, 28);
  question.fill(0xff, 48); // INET_DIAG_NOCOOKIE
  return question;
}

/** It ends with this program, and not the other way round. */
function keepNothingAlive(started: Started): void {
  for (const part of [started, started.stdin, started.stdout]) if ("unref" in part) (part.unref as () => void)();
}
