// Which entry of a .netrc is meant.
import { sameHost } from "../../protocol/ip-address.ts";
import type { NetrcEntry } from "./parse-netrc.ts";

/**
 * The first entry for the host, or `default`, as ftp(1) and curl have it. With `user` given only an entry of that user fits,
 * or one without a user; an entry without a user and none given fits for its password alone.
 */
export function findLogin(entries: readonly NetrcEntry[], host: string, user?: string): NetrcEntry | undefined {
  return entries.find(
    ({ machine, login }) =>
      (machine === undefined || sameHost(machine, host)) &&
      (user === undefined || login === undefined || login === user),
  );
}
