// From the arguments to a command.
import { CommanderError } from "commander";
import { isSallyportError, type SallyportError } from "../../protocol/error.ts";
import { usageError, withHelpOf } from "../../text/usage-error.ts";
import { commands, type ParsedLine, toFtpTopic, urlCommands } from "./commands.ts";
import { nearCommand } from "./near-command.ts";
import { parseTunnel, type TunnelCommand } from "./tunnel-command.ts";
import { isHostName } from "./values.ts";

/** Reads the arguments after the program's name. Throws `USAGE_INVALID` or `POLICY_BIND`, nothing else. */
export function parseCommandLine(argv: readonly string[]): ParsedLine {
  const end = argv.indexOf("--");
  const args = end < 0 ? argv : argv.slice(0, end);
  const [first = "", ...rest] = args;
  const command = commands.get(first);
  // Also behind a mistake: who asks for help has often made one.
  if (args.some((arg) => arg === "--help" || arg === "-h"))
    return first === "bridge" && rest.includes("--to-ftp") ? { kind: "help", command: toFtpTopic } : helpOf(first);
  if (args.some((arg) => arg === "--version" || arg === "-V")) return { kind: "version" };
  if (first === "help" && rest.length < 2) return helpTopic(rest[0]);
  if (command !== undefined && end >= 0) throw usageError(`${first} runs no command`, "Leave the -- out.");
  const behind = end < 0 ? undefined : argv.slice(end + 1);
  try {
    if (command !== undefined) return withHelpOf(first, () => command.parse(rest));
    return first === "tunnel" ? parseTunnel(rest, behind) : parseUnnamed(args, behind);
  } catch (error) {
    // `-vh`
    if (error instanceof CommanderError && error.code === "commander.helpDisplayed") return helpOf(first);
    throw error;
  }
}

const helpOf = (word = ""): ParsedLine => ({ kind: "help", command: commands.has(word) ? word : "tunnel" });

/** `help`, `help get`. A host of that name is written `user@help`. */
function helpTopic(topic: string | undefined): ParsedLine {
  if (topic === undefined || topic === "tunnel" || commands.has(topic)) return helpOf(topic);
  const near = nearCommand(topic);
  throw usageError(
    `there is no command "${topic}"`,
    near === undefined ? undefined : `Did you mean sallyport help ${near}?`,
  );
}

/** A tunnel; but where it makes no sense as one, the first word may have been meant as a command. */
function parseUnnamed(args: readonly string[], behind: readonly string[] | undefined): TunnelCommand {
  try {
    return parseTunnel(args, behind);
  } catch (error) {
    const [first = "", ...rest] = args;
    if (!isSallyportError(error) || error.code !== "USAGE_INVALID" || rest.length === 0) throw error;
    const near = nearCommand(first);
    if (near !== undefined) {
      const line = ["sallyport", near, ...rest].join(" ");
      throw usageError(`unknown command "${first}"; did you mean ${near}?`, `Write ${line}. ${ifHost(first, error)}`);
    }
    if (isHostName(first) && rest.some((arg) => /^(?:ftps?|sftp):\/\//i.test(arg))) {
      throw usageError(
        `unknown command "${first}"`,
        `For URLs there are ${urlCommands.join(", ")}: for example sallyport get ${rest.at(-1)}. ${ifHost(first, error)}`,
      );
    }
    throw error;
  }
}

const ifHost = (first: string, { message }: SallyportError): string => `(Taken for an SSH host, ${first}: ${message}.)`;
