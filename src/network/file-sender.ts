// The rest of a large file, sent by the system: sendfile(2) gives a socket the very pages of memory that hold the file, where reading and
// writing copy each byte twice, in the one thread that serves everybody. Node has no sendfile, so a small Perl program calls it; nearly
// every Linux has Perl.
import type { ChildProcessByStdio } from "node:child_process";
import type { Socket } from "node:net";
import type { Readable } from "node:stream";
import { onAbort } from "../platform/abort.ts";
import type { SendFileOptions } from "../platform/network.ts";
import { handleOf } from "../platform/socket-handle.ts";
import { mayStartLater, startProcess } from "../platform/start-process.ts";
import { SallyportError } from "../protocol/error.ts";
import { limits } from "../protocol/limits.ts";

/** The number of sendfile among the system's calls, by processor. */
const calls: ReadonlyMap<string, number> = new Map([
  ["x64", 40],
  ["arm64", 71],
  ["riscv64", 71],
]);

/**
 * The socket never blocks (EAGAIN is 11, EINTR 4), so room is waited for. What a terminal or systemd sends to the whole group is for us to obey, and
 * when we are gone nobody reads its reports.
 */
const program = `
$SIG{$_} = "IGNORE" for qw(INT TERM HUP PIPE);
my ($call, $at) = ($ARGV[0] + 0, pack("q", $ARGV[1]));
my ($sent, $reported) = (0, 0);
vec(my $socket, 3, 1) = 1;
syswrite(STDOUT, "0\n") or exit 1;
for (;;) {
  my $count = syscall($call, 3, 4, $at, ${limits.systemSendPieceBytes});
  my $isFull = $count < 0 && $! == 11;
  if ($count > 0) { $sent += $count }
  elsif (!$isFull && ($count == 0 || $! != 4)) { last }
  if ($isFull || $sent - $reported >= ${2 * limits.systemSendPieceBytes}) {
    syswrite(STDOUT, "$sent\n") or exit 1;
    $reported = $sent;
  }
  select(undef, my $ready = $socket, undef, 60) if $isFull;
}
syswrite(STDOUT, "$sent\nend\n");`;

export class FileSender {
  readonly #perl: string;
  readonly #call: number | undefined = process.platform === "linux" ? calls.get(process.arch) : undefined;
  #isUseless = false;
  #running = 0;

  constructor(perl = "/usr/bin/perl") {
    this.#perl = perl;
  }

  /** See `SendsFiles`. */
  async send(socket: Socket, file: number, offset: number, options: SendFileOptions): Promise<number> {
    const descriptor = handleOf(socket)?.fd ?? -1;
    const cannot = this.#call === undefined || this.#isUseless || this.#running === limits.systemSendsMax;
    if (cannot || descriptor < 0) return 0;
    options.signal.throwIfAborted();
    const sender = this.#start(descriptor, file, offset);
    if (sender === undefined) return 0;
    this.#running += 1;
    try {
      const { bytes, cannotBegin } = await sending(sender, socket, options);
      this.#isUseless ||= cannotBegin;
      return bytes;
    } finally {
      this.#running -= 1;
    }
  }

  /** `undefined`: the system lets no process begin, now or ever. */
  #start(descriptor: number, file: number, offset: number): Sender | undefined {
    const words = ["-e", program, String(this.#call), String(offset)];
    const stdio = ["ignore", "pipe", "ignore", descriptor, file] as const;
    try {
      return startProcess(this.#perl, words, { stdio: [...stdio], cwd: "/", env: {} }) as Sender;
    } catch (error) {
      this.#isUseless ||= !mayStartLater(error);
      return undefined;
    }
  }
}

type Sender = ChildProcessByStdio<null, Readable, null>;

interface Outcome {
  readonly bytes: number;
  /** No process ever will: there is no Perl, or it ends by itself at once, since it may not. */
  readonly cannotBegin: boolean;
}

/** It ends with the signal, and with the socket, which would otherwise stay open in its hands. */
function sending(sender: Sender, socket: Socket, { signal, moved }: SendFileOptions): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    let line = "";
    let bytes = 0;
    let hasBegun = false;
    let isWhole = false;
    const stop = (): void => void sender.kill("SIGKILL");
    const stopListening = onAbort(signal, stop);
    socket.once("close", stop);
    sender.stdout.setEncoding("latin1").on("data", (text: string) => {
      const lines = (line + text).split("\n");
      line = lines.pop() ?? "";
      hasBegun = true;
      isWhole = lines.at(-1) === "end";
      const reported = Number(lines.at(isWhole ? -2 : -1) ?? bytes);
      moved(reported - bytes);
      bytes = reported;
    });
    const settle = (isLasting: boolean): void => {
      stopListening();
      socket.off("close", stop);
      if (signal.aborted) reject(signal.reason);
      else if (socket.errored !== null) reject(socket.errored);
      else if (isWhole || !hasBegun) resolve({ bytes, cannotBegin: !hasBegun && isLasting });
      else
        reject(new SallyportError("NET_RESET", "the process that sent the file has ended before the end of the file"));
    };
    sender.once("error", (error) => settle(!mayStartLater(error)));
    sender.once("close", (_, killedBy) => settle(killedBy === null));
  });
}

let sender: FileSender | undefined;

/** It may be used from now on. For the whole process, so for the program to decide and not for the library: it takes other processes. */
export function letSystemSend(): void {
  sender ??= new FileSender();
}

/** What a connection made of this socket has as `sendFile`. */
export function sendFileOver(
  socket: Socket,
): ((file: number, offset: number, options: SendFileOptions) => Promise<number>) | undefined {
  const through = sender;
  return through && ((file, offset, options) => through.send(socket, file, offset, options));
}
