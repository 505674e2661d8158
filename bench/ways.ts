// The ways from an FTP client to an FTP server that are compared.
import { freePort } from "../test/support/free-port.ts";
import { childrenOf } from "../test/support/processes.ts";
import { type Program, startProgram } from "../test/support/program.ts";
import { startSallyport } from "../test/support/sallyport.ts";
import type { OpenWay, Way } from "./measurement.ts";
import type { SshSite } from "./site.ts";

export const ways: readonly Way<SshSite>[] = [
  { name: "plain FTP", open: openPlain },
  { name: "ssh -L", open: openLocalForward },
  { name: "ssh -D", open: openSocks },
  { name: "sallyport, openssh", open: (site) => openSallyport(site, "openssh") },
  { name: "sallyport, embedded", open: (site) => openSallyport(site, "embedded") },
];

async function openPlain(site: SshSite): Promise<OpenWay> {
  if (site.plainAddress === undefined) throw new Error("needs root, perl and /dev/net/tun");
  const { server } = site;
  const none = { curlOptions: [], carriers: {}, [Symbol.asyncDispose]: async () => {} };
  return { host: site.plainAddress, port: server.port, server, ...none };
}

/** The control port and the server's only passive port: all that `ssh -L` can do for FTP. */
async function openLocalForward(site: SshSite): Promise<OpenWay> {
  const host = "127.0.0.2"; // the passive port is taken on 127.0.0.1 when the server is on this machine
  const { narrow } = site;
  const port = await freePort(host);
  const forward = (from: number, to: number): string[] => ["-L", `${host}:${from}:127.0.0.1:${to}`];
  const ssh = await startSsh(site, [...forward(port, narrow.port), ...forward(narrow.passivePort, narrow.passivePort)]);
  return { host, port, server: narrow, curlOptions: [], ...carriedBy(ssh, { ssh: ssh.pid }) };
}

async function openSocks(site: SshSite): Promise<OpenWay> {
  const port = await freePort();
  const ssh = await startSsh(site, ["-D", `127.0.0.1:${port}`]);
  const curlOptions = ["--socks5-hostname", `127.0.0.1:${port}`];
  const { server } = site;
  return { host: "127.0.0.1", port: server.port, server, curlOptions, ...carriedBy(ssh, { ssh: ssh.pid }) };
}

async function startSsh(site: SshSite, forwards: readonly string[]): Promise<Program> {
  const args = ["-F", site.configFile, "-v", "-N", "-o", "ExitOnForwardFailure=yes", ...forwards, site.sshd.hostAlias];
  const ssh = startProgram("ssh", args, inNamespace(site));
  try {
    await ssh.waitForLog(/Entering interactive session/);
  } catch (error) {
    await ssh.stop();
    throw error;
  }
  return ssh;
}

async function openSallyport(site: SshSite, transport: "openssh" | "embedded"): Promise<OpenWay> {
  const { server } = site;
  const args = ["--ssh", transport, "-F", site.configFile, "-L", `0:127.0.0.1:${server.port}`, site.sshd.hostAlias];
  const sallyport = await startSallyport(args, inNamespace(site));
  const port = Number(/^ftp:\/\/127\.0\.0\.1:(\d+) /m.exec(sallyport.log())?.[1]);
  const [ssh] = childrenOf(sallyport.pid);
  const carriers = { sallyport: sallyport.pid, ...(ssh === undefined ? {} : { ssh }) };
  return { host: "127.0.0.1", port, server, curlOptions: [], ...carriedBy(sallyport, carriers) };
}

const inNamespace = (site: SshSite): { netns?: string } => (site.netns === undefined ? {} : { netns: site.netns });

function carriedBy(program: Program, carriers: Readonly<Record<string, number>>) {
  return { carriers, [Symbol.asyncDispose]: () => program.stop() };
}
