// The real program around a tunnel that does as FAKE_TUNNEL (JSON) says. Runs from a built tree, see built-program.ts.
import { writeFileSync } from "node:fs";
import { runProgram } from "./dist/cli/program.js";
import { SallyportError } from "./dist/protocol/error.js";

const told = JSON.parse(process.env.FAKE_TUNNEL ?? "{}");
const say = (text) => process.stderr.write(`FAKE ${text}\n`);
const errorOf = ({ code, message, hint }) => new SallyportError(code, message, { hint });
const after = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function openTunnel(options) {
  // The process lives as long as a real tunnel's listener would keep it.
  const alive = setInterval(() => {}, 60_000);
  if (told.pidFile) writeFileSync(told.pidFile, String(process.pid));
  if (told.marks) say(`marks ${Object.keys(process.env).filter((name) => name.startsWith("SALLYPORT_"))}`);
  if (told.show) say(`${told.show} ${options[told.show]}`);
  for (const line of told.tell ?? []) options.tellUser(line);
  for (const event of told.events ?? []) options.trace(event);
  if (told.fail || told.fault) clearInterval(alive);
  if (told.fail) throw errorOf(told.fail);
  if (told.fault) throw new TypeError(told.fault);
  if (told.ask) say(`answer ${JSON.stringify(await options.askUser(told.ask, options.signal))}`);
  if (told.hang) {
    say("hangs");
    await new Promise((_, reject) => {
      options.signal.addEventListener("abort", () => {
        if (told.deaf) return;
        clearInterval(alive);
        reject(options.signal.reason);
      });
    });
  }
  options.signal.addEventListener("abort", () => say("aborted"));
  let settle;
  const closed = new Promise((resolve) => {
    settle = resolve;
  });
  if (told.lost) void after(told.lost.afterMs).then(() => settle(errorOf(told.lost)));
  if (told.crashMs) setTimeout(() => Promise.reject(new TypeError("nobody caught this")), told.crashMs);
  let isDisposed = false;
  const dispose = async () => {
    if (isDisposed) return;
    isDisposed = true;
    say("disposed");
    clearInterval(alive);
    settle(undefined);
  };
  return {
    forwards: options.forwards.map(({ bind, port, host, hostPort }) => {
      const place = bind === "*" || bind === "localhost" ? "127.0.0.1" : bind;
      const url = `ftp://${place}:${port}`;
      return { url, host: place, port, target: `${host}:${hostPort}`, through: options.ssh.host };
    }),
    transport: "embedded",
    closed,
    transfersRunning: told.transfers ?? 0,
    async close({ graceMs }) {
      say(`closes within ${graceMs}`);
      await after(told.closeMs ?? 0);
      await dispose();
    },
    [Symbol.asyncDispose]: dispose,
  };
}

void runProgram(process.argv.slice(2), openTunnel);
