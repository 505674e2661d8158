// Where a measurement takes place: an FTP client here, an sshd and FTP servers there, and what lies between.
import { startDelayRelay } from "../test/support/delay-relay.ts";
import { freePortRange } from "../test/support/free-port.ts";
import { type FtpServer, startVsftpd } from "../test/support/ftp-servers.ts";
import { type Sshd, startSshd } from "../test/support/sshd.ts";
import { Belongings } from "./belongings.ts";
import { makeLongLink } from "./long-link.ts";
import type { Site } from "./measurement.ts";

export interface SshSite extends Site {
  readonly sshd: Sshd;
  /** For `ssh -F configFile sshd.hostAlias`. */
  readonly configFile: string;
  /** The server's address as the client sees it; undefined: only SSH leads there. */
  readonly plainAddress: string | undefined;
  /** The SSH host reaches both at 127.0.0.1. The narrow one has one passive port only, so that `ssh -L` can forward it. */
  readonly server: FtpServer;
  readonly narrow: FtpServer & { readonly passivePort: number };
}

/** One cipher for all, so that the ways through are compared and not the ciphers. */
export const client = { clientLines: ["Ciphers aes128-gcm@openssh.com"] };

/** Client and servers on this machine. */
export async function loopbackSite(): Promise<SshSite> {
  await using parts = new Belongings();
  const sshd = parts.keep(await startSshd(client));
  const servers = await startServers(parts, {});
  const { configFile } = sshd;
  return { netns: undefined, sshd, configFile, plainAddress: "127.0.0.1", ...servers, ...disposal(parts) };
}

/** Client and servers in two network namespaces, joined by a long link. */
export async function farSite(delayMs: number): Promise<SshSite> {
  await using parts = new Belongings();
  const link = parts.keep(await makeLongLink(delayMs));
  const sshd = parts.keep(await startSshd({ ...client, netns: link.far, address: link.farAddress }));
  const servers = await startServers(parts, { netns: link.far, address: "0.0.0.0" });
  const { configFile } = sshd;
  return { netns: link.near, sshd, configFile, plainAddress: link.farAddress, ...servers, ...disposal(parts) };
}

/** What an ordinary user can have: a delaying relay in front of sshd, and no long way for plain FTP. */
export async function relaySite(delayMs: number): Promise<SshSite> {
  await using parts = new Belongings();
  const sshd = parts.keep(await startSshd(client));
  const relay = parts.keep(await startDelayRelay({ target: { host: sshd.address, port: sshd.port }, delayMs }));
  const servers = await startServers(parts, {});
  const configFile = sshd.configFor(relay);
  return { netns: undefined, sshd, configFile, plainAddress: undefined, ...servers, ...disposal(parts) };
}

async function startServers(parts: Belongings, where: { netns?: string; address?: string }) {
  const server = parts.keep(await startVsftpd(where));
  const passivePorts = await freePortRange(1);
  const narrow = parts.keep(await startVsftpd({ ...where, passivePorts }));
  return { server, narrow: { ...narrow, passivePort: passivePorts.first }, roots: [server.root, narrow.root] };
}

function disposal(parts: Belongings): AsyncDisposable {
  const kept = parts.move();
  return { [Symbol.asyncDispose]: () => kept[Symbol.asyncDispose]() };
}
