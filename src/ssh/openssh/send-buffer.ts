// How much of what we send ssh's multiplexing socket holds. The system gives a Unix socket 208 KiB, and says that there is room only once
// three quarters of that were read: in an upload on one machine ssh waits for us and we for ssh, in turns. Node cannot set SO_SNDBUF of such a
// socket, so a Perl process does, where much leaves in little time. Elsewhere commands would only wait behind what lies there.
import type { Socket } from "node:net";
import type { Clock } from "../../platform/clock.ts";
import { handleOf } from "../../platform/socket-handle.ts";
import { startProcess } from "../../platform/start-process.ts";
import { limits } from "../../protocol/limits.ts";

export class SendBuffer {
  readonly #clock: Clock;
  readonly #widen: () => void;
  #isWide = false;
  #bytes = 0;
  #sinceMs = Number.NEGATIVE_INFINITY;

  /** `widen` is called once, if ever. */
  constructor(clock: Clock, widen: () => void) {
    this.#clock = clock;
    this.#widen = widen;
  }

  /** So many more bytes were sent. */
  sent(bytes: number): void {
    this.#bytes += bytes;
    if (this.#isWide || this.#bytes < limits.sshFastBytes) return;
    const nowMs = this.#clock.nowMs();
    const isFast = nowMs - this.#sinceMs <= limits.sshFastMs;
    this.#bytes = 0;
    this.#sinceMs = nowMs;
    if (!isFast) return;
    this.#isWide = true;
    this.#widen();
  }
}

/** SOL_SOCKET is 1 and SO_SNDBUF 7. The system gives twice as much, or what net.core.wmem_max lets it. */
const program = `open(my $socket, "+<&=", 3); setsockopt($socket, 1, 7, pack("i", ${limits.sshSendBufferBytes}))`;

/** Where that cannot be, the socket stays as it is. Resolves when it is done. */
export function widenSendBuffer(socket: Socket, perl = "/usr/bin/perl"): Promise<void> {
  const descriptor = handleOf(socket)?.fd ?? -1;
  if (process.platform !== "linux" || descriptor < 0) return Promise.resolve();
  return new Promise((resolve) => {
    try {
      const stdio = ["ignore", "ignore", "ignore", descriptor] as const;
      const setter = startProcess(perl, ["-e", program], { stdio: [...stdio], cwd: "/", env: {} });
      setter.once("error", () => resolve()).once("close", () => resolve());
    } catch {
      resolve();
    }
  });
}
