// A program that speaks another protocol at us sends one line after another that is no FTP command (ALPACA, CVE-2021-3618).
import { findCommand } from "./command-table.ts";
import { limits } from "./limits.ts";

/** Counts the unknown commands of one client, before it has logged in. */
export class UnknownCommands {
  #count = 0;

  /** True once there are too many. */
  add(verb: string): boolean {
    if (findCommand(verb) === undefined) this.#count += 1;
    return this.#count >= limits.unknownCommandsMax;
  }
}

export const tooManyUnknown = "Too many unknown commands. Goodbye.";
