// All ways of writing a LIST that are recognised.
import { dos } from "./dos.ts";
import type { ListingFormat } from "./listing-format.ts";
import { netware } from "./netware.ts";
import { os400 } from "./os400.ts";
import { eplf, facts } from "./plain.ts";
import { unix } from "./unix.ts";
import { vms } from "./vms.ts";
import { zosDatasets, zosJobs, zosMembers } from "./zos.ts";

/** Where two understand equally many lines, the first one wins: the frequent and the strict come first. */
export const listingFormats: readonly ListingFormat[] = [
  unix,
  dos,
  eplf,
  netware,
  vms,
  zosDatasets,
  zosMembers,
  zosJobs,
  os400,
  facts,
];
