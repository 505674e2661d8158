// Servers that a client of ours is tried with, and what lies there: real ones, and our own.
import { readFileSync, writeFileSync } from "node:fs";
import type { FtpClientOptions } from "../../src/connect/index.ts";
import { openServer } from "../../src/index.ts";
import { definedProps } from "../../src/protocol/defined-props.ts";
import type { Certificate } from "./certificate.ts";
import type { FtpServer } from "./ftp-servers.ts";
import { makeTempDir } from "./tempdir.ts";

export interface Place extends AsyncDisposable {
  readonly options: FtpClientOptions & { readonly host: string; readonly port: number };
  place(name: string, content: Uint8Array): void;
  content(name: string): Buffer;
}

export const trusting = ({
  certificate: ca,
}: Pick<Certificate, "certificate">): NonNullable<FtpClientOptions["tls"]> => ({ kind: "explicit", ca });

type Extra = Pick<FtpClientOptions, "tls">;

export const peerPlace = ({ port, user, password, ...server }: FtpServer, extra: Extra = {}): Place => ({
  options: { host: "127.0.0.1", port, user, password, ...extra },
  place: server.place,
  content: server.content,
  [Symbol.asyncDispose]: () => server.stop(),
});

/** `tls`: the server has this certificate, and the client trusts it. */
export async function ownPlace(tls?: Pick<Certificate, "certificate" | "key">): Promise<Place> {
  const files = makeTempDir("own");
  const users = [{ name: "alice", password: "secret" }];
  const server = await openServer({
    files: files.path,
    users,
    sync: false,
    listen: [{ port: 0 }],
    ...definedProps({ tls }),
  });
  return {
    options: {
      ...{ host: "127.0.0.1", port: server.listeners[0]?.port ?? 0, user: "alice", password: "secret" },
      ...(tls === undefined ? {} : { tls: trusting(tls) }),
    },
    place: (name, content) => writeFileSync(files.file(name), content),
    content: (name) => readFileSync(files.file(name)),
    async [Symbol.asyncDispose]() {
      await server.close();
      files.remove();
    },
  };
}
