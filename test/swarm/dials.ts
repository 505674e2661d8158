// Who may begin a TCP connection with whom, wherever it was asked for: what leaves a host is seen, not what a program says.
import { formatEndpoint } from "../../src/platform/endpoint.ts";
import { isLoopback } from "../../src/protocol/ip-address.ts";
import type { Segment } from "../../src/simulation/links/packet.ts";
import { gatewayPort, type Place } from "./place.ts";

/** Watches a simulation; the returned list grows with what nobody may do. */
export function watchDials(place: Place): string[] {
  const faults: string[] = [];
  const { simulation, gateway, ssh, ftp, addresses } = place;
  const own = [addresses.client, addresses.other];
  const mayDial: Readonly<Record<string, (to: Segment["destination"]) => boolean>> = {
    [place.client.name]: (to) => toGateway(to) || toSshd(to) || (gateway === place.client && toFront(to)),
    [place.other.name]: (to) => toGateway(to) || toSshd(to),
    ...(gateway === place.client ? {} : { [gateway.name]: toFront }),
    [ssh.name]: (to) => toServer(place, to) || (ssh === ftp && toSsh(place, to)),
    ...(ssh === ftp ? {} : { [ftp.name]: (to: Segment["destination"]) => toSsh(place, to) }),
  };
  simulation.observe((seen) => {
    if (seen.type !== "packet" || seen.packet.kind !== "tcp" || !seen.packet.syn || seen.packet.ack) return;
    if (seen.node === "nat" || seen.node === "wall") return;
    const to = seen.packet.destination;
    if (mayDial[seen.node]?.(to) !== true) faults.push(`${seen.node} connected to ${formatEndpoint(to)}`);
  });
  return faults;

  function toGateway({ host }: Segment["destination"]): boolean {
    const address = gateway === place.client ? addresses.client : addresses.gateway;
    return host === address || (gateway === place.client && isLoopback(host));
  }

  function toSshd({ host, port }: Segment["destination"]): boolean {
    return host === addresses.ssh && port === 22;
  }

  /** The SSH server, and data ports of clients. */
  function toFront(to: Segment["destination"]): boolean {
    const { host, port } = to;
    if (host === addresses.ssh) return toSshd(to);
    const isClient = own.some((address) => address === host) || (gateway === place.client && isLoopback(host));
    return isClient && port >= 1024 && (port !== gatewayPort || gateway === place.client);
  }
}

/** The FTP server, by the name that was configured. */
function toServer({ target, ssh, ftp, addresses }: Place, { host }: Segment["destination"]): boolean {
  if (ssh !== ftp) return host === addresses.ftp;
  return target === "localhost" ? isLoopback(host) : host === addresses.ssh;
}

/** Active data, to where sshd listens. */
function toSsh({ ssh, ftp, target, addresses }: Place, { host, port }: Segment["destination"]): boolean {
  if (port < 1024) return false;
  return ssh === ftp && target === "localhost" ? isLoopback(host) : host === addresses.ssh;
}
