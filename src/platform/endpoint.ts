// A host and a port, and how they are written.

/** One end of a connection. `host` is an IP address where the network knows it, else a name, or `""` when it cannot know. */
export interface Endpoint {
  /** A name or an IP address; `""` where nobody reports it. */
  readonly host: string;
  /** 0 to 65535. */
  readonly port: number;
}

/** Both ends of a connection, as its network reports them. */
export interface Ends {
  readonly local: Endpoint;
  readonly remote: Endpoint;
}

/** `host:port`, with brackets around an IPv6 address (RFC 3986 section 3.2.2). */
export function formatEndpoint(endpoint: Endpoint): string {
  const host = endpoint.host.includes(":") ? `[${endpoint.host}]` : endpoint.host;
  return `${host}:${endpoint.port}`;
}
