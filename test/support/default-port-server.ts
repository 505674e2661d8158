// An FTP server that goes by RFC 959 section 3.2 to the letter: told neither PORT nor PASV, it connects to the very port that
// its client's control connection comes from. No server of Debian's does (ProFTPD takes the port below, vsftpd refuses).
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { createInterface } from "node:readline";

export interface DefaultPortServer extends AsyncDisposable {
  readonly port: number;
}

/** Anybody may log in; every RETR gives `content`. */
export async function startDefaultPortServer(content: string): Promise<DefaultPortServer> {
  const sockets = new Set<Socket>();
  const server = createServer((control) => {
    sockets.add(control.on("error", () => {}));
    control.write("220 ready\r\n");
    createInterface({ input: control }).on("line", (line) => {
      const [verb = ""] = line.split(" ");
      if (verb === "RETR") sendFile(control, content, sockets);
      else control.write(`${replies[verb] ?? "502 no"}\r\n`);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const replies: Readonly<Record<string, string>> = {
  USER: "331 password",
  PASS: "230 in",
  TYPE: "200 ok",
  PWD: '257 "/"',
  QUIT: "221 bye",
};

function sendFile(control: Socket, content: string, sockets: Set<Socket>): void {
  const data = connect({ host: "127.0.0.1", port: control.remotePort ?? 0 });
  sockets.add(data);
  data.once("connect", () => {
    control.write("150 here\r\n");
    data.end(content, () => control.write("226 done\r\n"));
  });
  data.once("error", () => control.write("425 Can't build data connection: Connection refused\r\n"));
}
