// MLSD (RFC 3659 section 7); some servers give such lines to LIST too.
import { parseFactsLine } from "../parse-facts-line.ts";
import type { ListingFormat } from "./listing-format.ts";

export const facts: ListingFormat = {
  name: "facts",
  open: () => (line) => {
    const entry = parseFactsLine(line);
    const place = /(?:^|;)type=([cp])dir;/i
      .exec(line.slice(0, line.length - (entry?.name.length ?? 0)))?.[1]
      ?.toLowerCase();
    // The name of cdir may be its whole path (RFC 3659 section 7.5.1.2).
    return entry && place !== undefined ? { ...entry, name: place === "c" ? "." : ".." } : entry;
  },
};
