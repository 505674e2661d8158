// What a command behind `--` is told about the tunnel.
import { ownEntry } from "../../protocol/own-entry.ts";
import type { OpenForward } from "../../tunnel/options.ts";

/** The words with {host}, {port} and {url} replaced by those of the first forward. Other braces stay. */
export function fillArgs(words: readonly string[], forward: OpenForward): readonly string[] {
  const values: Readonly<Record<string, string>> = {
    "{host}": forward.host,
    "{port}": String(forward.port),
    "{url}": forward.url,
  };
  return words.map((word) => word.replace(/\{(?:host|port|url)\}/g, (name) => ownEntry(values, name) ?? name));
}

/** SALLYPORT_HOST, _PORT, _URL for the first forward, and SALLYPORT_HOST_2 … for the others. */
export function tunnelEnvironment(forwards: readonly OpenForward[]): Readonly<Record<string, string>> {
  const entries = forwards.flatMap(({ host, port, url }, index) => {
    const suffix = index === 0 ? "" : `_${index + 1}`;
    return [
      [`SALLYPORT_HOST${suffix}`, host],
      [`SALLYPORT_PORT${suffix}`, String(port)],
      [`SALLYPORT_URL${suffix}`, url],
    ];
  });
  return Object.fromEntries(entries);
}
