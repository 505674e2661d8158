// `sallyport dmeo`: a host by its place, a command by its looks. Told when no such host answers.
import { SallyportError } from "../../protocol/error.ts";
import { commandWords } from "./commands.ts";
import type { TunnelCommand } from "./tunnel-command.ts";

/** Too many hosts have names of two letters. */
const guessable = commandWords.filter((word) => word.length > 2);

/** The error of a tunnel that failed; with a hint when its destination is one letter away from a command. */
export function hintAtCommand(error: SallyportError, command: TunnelCommand): SallyportError {
  const { host, user } = command.options.ssh;
  const near = user === undefined ? nearCommand(host) : undefined;
  if (near === undefined || error.code !== "SSH_CONNECT") return error;
  const { code, message, cause, details, hint } = error;
  const suggestion = `If you meant the command, type sallyport ${near}.`;
  return new SallyportError(code, message, {
    cause,
    details,
    hint: hint === undefined ? suggestion : `${hint} ${suggestion}`,
  });
}

/** The command that is one letter away from the word. */
export function nearCommand(word: string): string | undefined {
  return guessable.find((command) => isOneLetterAway(word, command));
}

/** One letter too many, too few or another one, or two of them swapped. */
function isOneLetterAway(text: string, word: string): boolean {
  const from = [...text].findIndex((letter, index) => letter !== word[index]);
  const at = from < 0 ? text.length : from;
  const [textRest, wordRest] = [text.slice(at), word.slice(at)];
  return (
    text !== word &&
    (textRest.slice(1) === wordRest ||
      textRest === wordRest.slice(1) ||
      textRest.slice(1) === wordRest.slice(1) ||
      (textRest.slice(2) === wordRest.slice(2) && textRest[0] === wordRest[1] && textRest[1] === wordRest[0]))
  );
}
