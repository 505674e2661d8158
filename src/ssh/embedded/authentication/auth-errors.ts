// Why a log-in failed.
import { SallyportError } from "../../../protocol/error.ts";
import { showText } from "../show-text.ts";
import type { Authenticator } from "./authenticator.ts";

interface Circumstances {
  /** `user@host`. */
  readonly who: string;
  /** A password could have been asked for. */
  readonly couldAsk: boolean;
  readonly cause: unknown;
}

/** Names what was tried and what the server would take. */
export function authenticationFailed(login: Authenticator, { who, couldAsk, cause }: Circumstances): SallyportError {
  const tried = login.tried.length === 0 ? "nothing could be tried" : `tried ${login.tried.join(", ")}`;
  const offered = login.offered.map(showText).join(", ") || "nothing";
  return new SallyportError("SSH_AUTH", `${who} could not log in: ${tried}; the server takes ${offered}`, {
    cause,
    hint: hint(login, couldAsk),
    details: { phase: "authentication" },
  });
}

function hint(login: Authenticator, couldAsk: boolean): string {
  const asks = login.offered.some((method) => method === "password" || method === "keyboard-interactive");
  if (asks && !couldAsk)
    return "Run it on a terminal, so that a password can be asked for, or use a key (-i, ssh-agent).";
  if (!login.offered.includes("publickey")) return "Check the user name (-l) and the password.";
  return "Check the user name (-l) and the key (-i): its public half must be in authorized_keys on the SSH server.";
}

/** RFC 4252 section 8, SSH_MSG_USERAUTH_PASSWD_CHANGEREQ. */
export function passwordExpired(who: string): SallyportError {
  return new SallyportError("SSH_AUTH", `the password of ${who} has expired`, {
    hint: "Log in once with ssh and change it.",
    details: { phase: "authentication" },
  });
}
