// Where a server connects that was told neither PORT nor PASV (S17).
import { type Endpoint, formatEndpoint } from "../platform/endpoint.ts";

/** RFC 959 section 3.2 means the very port of the control connection; ProFTPD 1.3.8 connects to the one below it. */
export function defaultPorts({ host, port }: Endpoint): readonly [own: Endpoint, below: Endpoint] {
  return [
    { host, port },
    { host, port: port - 1 },
  ];
}

/** What a 425 may mean when nobody could listen on the second of them. */
export function portBelowMissing(end: Endpoint): string {
  const below = formatEndpoint(defaultPorts(end)[1]);
  return `nothing of ours listens on ${below}, the port below, where ProFTPD connects to: it is in use; a new session has others`;
}
