// A password that the user types here.
import { SallyportError } from "../../protocol/error.ts";
import type { AskUser } from "../../ssh/ssh-connection.ts";

/** Throws `CONFIG_INVALID` when nobody can be asked or nothing is typed. */
export async function askPassword(text: string, ask: AskUser, signal: AbortSignal): Promise<string> {
  const answer = await ask({ kind: "password", text, echo: false }, signal);
  if (answer !== undefined && answer !== "") return answer;
  throw new SallyportError(
    "CONFIG_INVALID",
    answer === "" ? "the password is empty" : "there is no terminal to ask for a password",
    {
      hint: "Without a terminal use --password-file, which `sallyport passwd` writes.",
    },
  );
}
