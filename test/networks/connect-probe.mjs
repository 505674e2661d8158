// One call of connect(2), as Node makes it: prints the system's name of the error or `ok`, and the seconds that it took.
// `again`: the same connection twice, ended by the side that made it.
import { once } from "node:events";
import { connect, createServer } from "node:net";

const [, , what, host, port, localAddress, localPort] = process.argv;

async function attempt(options) {
  const start = performance.now();
  const socket = connect(options);
  const seen = await new Promise((resolve) => {
    socket.once("connect", () => resolve("ok"));
    socket.once("error", (error) => resolve(error.code));
  });
  return { socket, line: `${seen} ${Math.round((performance.now() - start) / 1000)}` };
}

async function again() {
  const server = createServer((socket) => socket.resume()).listen(0, host);
  await once(server, "listening");
  const options = { host, port: server.address().port, localAddress: host, localPort: Number(localPort) };
  const { socket } = await attempt(options);
  socket.end().resume();
  await once(socket, "close");
  const second = await attempt(options);
  second.socket.destroy();
  server.close();
  return second.line;
}

async function single() {
  const from = localAddress ? { localAddress } : {};
  const { socket, line } = await attempt({ host, port: Number(port), ...from });
  socket.destroy();
  return line;
}

process.stdout.write(what === "again" ? await again() : await single());
