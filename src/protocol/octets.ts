// Numbers of one byte with commas between them: how RFC 959 and RFC 1639 write addresses and ports.

/** The numbers, or `undefined` when one of them is no decimal number of 0 to 255 with at most three digits. */
export function parseOctets(text: string): number[] | undefined {
  const parts = text.split(",").map((part) => part.trim());
  if (!parts.every((part) => /^\d{1,3}$/.test(part))) return undefined;
  const octets = parts.map(Number);
  return octets.every((octet) => octet <= 255) ? octets : undefined;
}

/** Two bytes, high one first; 0, which is no port to connect to, is `undefined`. */
export function portOfOctets(octets: readonly number[]): number | undefined {
  const [high, low] = octets;
  if (octets.length !== 2 || high === undefined || low === undefined) return undefined;
  return high * 256 + low || undefined;
}

/** `p1,p2` */
export function octetsOfPort(port: number): string {
  return `${port >> 8},${port & 255}`;
}

/** A port that one can connect to. */
export function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65535;
}
