import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { expect, test } from "vitest";
import {
  isRemoteSocketsCommand,
  listRemoteSockets,
  parseSocketTable,
  remoteSocketsCommand,
} from "../../src/ssh/remote-socket-list.ts";

const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:0015 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0
   1: 0100007F:BBF0 0100007F:0015 01 00000000:00000000 00:00000000 00000000  1000        0 2 1 0 20 4 30 10 -1
   2: 0100007F:0015 0100007F:BBF0 01 00000000:00000000 00:00000000 00000000     0        0 3 1 0 20 4 30 10 -1
   3: 0200A8C0:BBF2 0300A8C0:0015 06 00000000:00000000 00:00000000 00000000     0        0 4 1 0 20 4 30 10 -1
  sl  local_address                         remote_address                        st
   4: 0000000000000000FFFF00000200A8C0:C350 0000000000000000FFFF00000300A8C0:0015 01 00000000:00000000 00:00000000 00000000 0
   5: 00000000000000000000000001000000:C351 00000000000000000000000001000000:0015 01 00000000:00000000 00:00000000 00000000 0
`;

test("the ends of established connections to the FTP server's port are found, over both families", () => {
  expect(parseSocketTable(table, 21)).toEqual([
    { host: "127.0.0.1", port: 48_112 },
    { host: "192.168.0.2", port: 50_000 },
    { host: "0:0:0:0:0:0:0:1", port: 50_001 },
  ]);
});

test.each(["", "nonsense", "0: x y 01", "cat: /proc/net/tcp: No such file or directory"])(
  "%j holds no ends",
  (text) => {
    expect(parseSocketTable(text, 21)).toEqual([]);
  },
);

test.runIf(process.platform === "linux")(
  "the command prints the connections to one port, and nothing else (skipped unless on Linux)",
  async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const near = connect(port, "127.0.0.1");
    const [far] = await once(server, "connection");
    const printed = execFileSync("sh", ["-c", remoteSocketsCommand(port)], { encoding: "utf8" });
    expect(printed.trim().split("\n")).toHaveLength(1);
    expect(parseSocketTable(printed, port)).toEqual([{ host: "127.0.0.1", port: near.localPort }]);
    near.destroy();
    far.destroy();
    server.close();
  },
);

test("an SSH server of ours knows the command for every port, and no other", () => {
  for (const port of [1, 21, 4660, 65_535]) expect(isRemoteSocketsCommand(remoteSocketsCommand(port))).toBe(true);
  for (const command of [
    "",
    "cat /proc/net/tcp",
    remoteSocketsCommand(21).replace("0015", "15"),
    `${remoteSocketsCommand(21)} `,
  ]) {
    expect(isRemoteSocketsCommand(command)).toBe(false);
  }
});

test.each([true, false])("a list of a command that succeeded is taken, no other one: %s", async (succeeded) => {
  const { signal } = new AbortController();
  const asked: string[] = [];
  const exec = async (command: string) => {
    asked.push(command);
    return { succeeded, stdout: table };
  };
  const ends = await listRemoteSockets({ exec }, 21, signal);
  expect(asked).toEqual([remoteSocketsCommand(21)]);
  expect(ends).toEqual(succeeded ? parseSocketTable(table, 21) : []);
  expect(parseSocketTable(table, 21)).not.toEqual([]);
});
