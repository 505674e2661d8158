// NLST: a name on each line and nothing else, so any line is a name.
import type { ListingFormat } from "./listing-format.ts";

export const names: ListingFormat = {
  name: "names",
  open: () => (name) => ({ name }),
};
