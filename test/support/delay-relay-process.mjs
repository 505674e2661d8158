// The process behind delay-relay.ts: every chunk waits `delayMs`, in order; bandwidth is not limited. Plain JavaScript,
// because Node 20 does not run TypeScript. Arguments: target host, target port, delay in ms, listen host.
import { connect, createServer } from "node:net";

const [targetHost = "", targetPort = "0", delay = "0", listenHost = "127.0.0.1"] = process.argv.slice(2);
const delayMs = Number(delay);
const queuedBytesMax = 256 * 1024 * 1024; // one way; 50 ms at 5 GB/s
const streamOptions = { allowHalfOpen: true, noDelay: true, highWaterMark: 1024 * 1024 };

/** @typedef {{ socket: import("node:net").Socket, pipes: Pipe[] }} Side */
/** @typedef {{ pause(): void, flush(): void }} Pipe */

let stalled = false;
/** @type {Set<{ reset(): void, pipes: Pipe[] }>} */
const connections = new Set();

/**
 * One direction: chunks and the end of file leave `delayMs` after they came.
 * @param {import("node:net").Socket} from
 * @param {import("node:net").Socket} to
 * @returns {Pipe}
 */
function pipe(from, to) {
  /** @type {{ due: number, chunk: Buffer | undefined }[]} */
  const queue = [];
  let head = 0;
  let queuedBytes = 0;
  let timer;
  const push = (chunk) => {
    queue.push({ due: performance.now() + delayMs, chunk });
    queuedBytes += chunk?.length ?? 0;
    if (queuedBytes + to.writableLength > queuedBytesMax) from.pause();
    arm();
  };
  const arm = () => {
    if (timer !== undefined || stalled || head === queue.length) return;
    const wait = queue[head].due - performance.now();
    if (wait < 0.5) return flush();
    timer = setTimeout(() => {
      timer = undefined;
      flush();
    }, Math.floor(wait));
  };
  const flush = () => {
    const now = performance.now() + 0.5; // timers have a resolution of 1 ms
    to.cork();
    while (!stalled && head < queue.length && queue[head].due <= now) {
      const { chunk } = queue[head];
      queue[head++] = undefined;
      queuedBytes -= chunk?.length ?? 0;
      if (chunk === undefined) to.end();
      else if (!to.destroyed) to.write(chunk);
    }
    to.uncork();
    if (head > 1024) {
      queue.splice(0, head);
      head = 0;
    }
    if (from.isPaused() && queuedBytes + to.writableLength < queuedBytesMax / 2) from.resume();
    arm();
  };
  from.on("data", push);
  from.on("end", () => push(undefined));
  to.on("drain", () => {
    if (from.isPaused() && queuedBytes < queuedBytesMax / 2) from.resume();
  });
  const pause = () => {
    clearTimeout(timer);
    timer = undefined;
  };
  return { pause, flush };
}

const server = createServer(streamOptions, (near) => {
  const far = connect({ host: targetHost, port: Number(targetPort), ...streamOptions });
  const entry = {
    pipes: [pipe(near, far), pipe(far, near)],
    reset: () => {
      near.resetAndDestroy();
      far.resetAndDestroy();
    },
  };
  connections.add(entry);
  let open = 2;
  for (const socket of [near, far]) {
    socket.on("error", () => setTimeout(entry.reset, delayMs)); // a reset travels as long as the data do
    socket.on("close", () => {
      open -= 1;
      if (open === 0) connections.delete(entry);
    });
  }
});

const commands = {
  reset: () => {
    for (const entry of connections) entry.reset();
  },
  stall: () => {
    stalled = true;
    for (const entry of connections) for (const one of entry.pipes) one.pause();
  },
  resume: () => {
    stalled = false;
    for (const entry of connections) for (const one of entry.pipes) one.flush();
  },
};

process.on("message", (message) => {
  commands[message]();
  process.send?.({ done: message });
});
process.on("disconnect", () => process.exit());
server.listen(0, listenHost, () => process.send?.({ port: server.address().port }));
