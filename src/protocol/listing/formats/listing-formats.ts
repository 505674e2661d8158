// All ways of writing a LIST that are recognised.
import { dos } from "./dos.ts";
import { eplf } from "./eplf.ts";
import { facts } from "./facts.ts";
import type { ListingFormat } from "./listing-format.ts";
import { netware } from "./netware.ts";
import { os400 } from "./os400.ts";
import { unix } from "./unix.ts";
import { vms } from "./vms.ts";
import { zosDatasets } from "./zos-datasets.ts";
import { zosJobs } from "./zos-jobs.ts";
import { zosMembers } from "./zos-members.ts";

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
