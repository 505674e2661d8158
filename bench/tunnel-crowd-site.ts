// A tunnel for a crowd: sshd, our own server behind it, which takes thousands at once, and a tunnel with each transport.
import { startSallyport } from "../test/support/sallyport.ts";
import { type Sshd, startSshd } from "../test/support/sshd.ts";
import { Belongings } from "./belongings.ts";
import { makeEventLoopProbe } from "./event-loop-probe.ts";
import type { OpenWay, Site, Way } from "./measurement.ts";
import { type OwnServer, openOwn, prepareOwn, roomForCrowd } from "./own-server.ts";
import { client } from "./site.ts";

export interface TunnelCrowdSite extends Site {
  readonly sshd: Sshd;
  readonly server: OpenWay;
}

export const tunnels: readonly Way<TunnelCrowdSite>[] = [
  { name: "sallyport, openssh", open: (site) => openTunnel(site, "openssh") },
  { name: "sallyport, embedded", open: (site) => openTunnel(site, "embedded") },
];

export async function tunnelCrowdSite(): Promise<TunnelCrowdSite> {
  await using parts = new Belongings();
  const sshd = parts.keep(await startSshd(client));
  const own: OwnServer = await prepareOwn(parts);
  const server = parts.keep(await openOwn(own));
  const kept = parts.move();
  return {
    netns: undefined,
    roots: [own.root],
    sshd,
    server,
    [Symbol.asyncDispose]: () => kept[Symbol.asyncDispose](),
  };
}

async function openTunnel({ sshd, server }: TunnelCrowdSite, transport: "openssh" | "embedded"): Promise<OpenWay> {
  const eventLoop = makeEventLoopProbe();
  const forward = ["-L", `0:${server.host}:${server.port}`];
  const args = ["--ssh", transport, "-F", sshd.configFile, "--max-sessions", roomForCrowd, ...forward, sshd.hostAlias];
  const tunnel = await startSallyport(args, { env: eventLoop.env });
  const port = Number(/^ftp:\/\/127\.0\.0\.1:(\d+) /m.exec(tunnel.log())?.[1]);
  return {
    ...server,
    port,
    carriers: { sallyport: tunnel.pid },
    eventLoop,
    [Symbol.asyncDispose]: async () => {
      await tunnel.stop();
      await eventLoop[Symbol.asyncDispose]();
    },
  };
}
