// Every option there is, in the order of help and reference.
import type { OptionGroup, OptionRow } from "./option-row.ts";
import { acceptedOptions, refusedOptions } from "./other-ssh-options.ts";
import { sallyportOptions } from "./sallyport-options.ts";
import { sshOptions } from "./ssh-options.ts";

export const optionTable: readonly OptionRow[] = [
  ...sshOptions,
  ...sallyportOptions,
  ...acceptedOptions,
  ...refusedOptions,
];

/** The rows of one group, in order. */
export function optionsOf(group: OptionGroup): readonly OptionRow[] {
  return optionTable.filter((row) => row.group === group);
}
