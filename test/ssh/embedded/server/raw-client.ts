// ssh2's own client, for what no honest client does.
import { once } from "node:events";
import { userInfo } from "node:os";
import ssh2, { type Client, type ClientChannel, type ConnectConfig, type SFTPWrapper } from "ssh2";
import { clientKey } from "../../../support/ssh-keys.ts";

export const me: string = userInfo().username;

export interface RawClient extends AsyncDisposable {
  readonly client: Client;
}

/** Logs in with {@link clientKey} unless told otherwise. Rejects with ssh2's error. */
export async function rawClient(port: number, config: ConnectConfig = {}): Promise<RawClient> {
  const client = new ssh2.Client();
  const closed = new Promise<void>((resolve) => client.once("close", () => resolve()));
  const ready = once(client, "ready");
  const ended = closed.then(() => Promise.reject(new Error("the server closed the connection")));
  ended.catch(() => {});
  ready.catch(() => {});
  client.connect({
    host: "127.0.0.1",
    port,
    username: me,
    privateKey: clientKey().privateKey,
    strictVendor: false,
    ...config,
  });
  try {
    await Promise.race([ready, ended]);
  } catch (error) {
    client.destroy();
    await closed;
    throw error;
  }
  client.on("error", () => {});
  return {
    client,
    [Symbol.asyncDispose]: async () => {
      client.end();
      await closed;
    },
  };
}

/** Why the login fails. */
export async function loginFailure(port: number, config: ConnectConfig): Promise<string> {
  try {
    await using _client = await rawClient(port, config);
    return "none";
  } catch (error) {
    return (error as Error).message;
  }
}

export interface OpenFailure {
  readonly reason?: number;
  readonly message: string;
}

/** Opens a direct-tcpip channel. */
export function openDirect(client: Client, host: string, port: number): Promise<ClientChannel | OpenFailure> {
  return new Promise((resolve) => {
    client.forwardOut("127.0.0.1", 0, host, port, (error, channel) => {
      resolve(error === undefined ? channel : (error as unknown as OpenFailure));
    });
  });
}

export interface CommandResult {
  readonly status: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Rejects when the request is refused. */
export function execute(client: Client, command: string): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    client.exec(command, (error, channel) => {
      if (error !== undefined) return reject(error);
      let [stdout, stderr] = ["", ""];
      let status: number | undefined;
      channel.on("data", (data: Buffer) => {
        stdout += data.toString();
      });
      channel.stderr.on("data", (data: Buffer) => {
        stderr += data.toString();
      });
      channel.on("exit", (code: number) => {
        status = code;
      });
      channel.on("close", () => resolve({ status, stdout, stderr }));
      channel.end();
    });
  });
}

export function openSftp(client: Client): Promise<SFTPWrapper> {
  return new Promise((resolve, reject) => {
    client.sftp((error, sftp) => (error === undefined ? resolve(sftp) : reject(error)));
  });
}
