// Gathers what one log-in needs: the keys, and whom to ask.

import type { AskUser } from "../../ssh-connection.ts";
import type { AuthenticationSettings } from "../configuration/host-settings.ts";
import type { Patience } from "../patience.ts";
import { Authenticator } from "./authenticator.ts";
import { findIdentities } from "./identities.ts";
import type { Identity } from "./identity.ts";
import { Questions } from "./questions.ts";

export interface LoginParts {
  readonly user: string;
  /** `user@host`, for questions. */
  readonly who: string;
  readonly settings: AuthenticationSettings;
  /** Absent where nobody can be asked. */
  readonly askUser: AskUser | undefined;
  readonly tell: (line: string) => void;
  readonly patience: Patience;
  /** Ends the log-in, from within a question. */
  readonly fail: (error: unknown) => void;
  readonly signal: AbortSignal;
}

export async function prepareLogin(parts: LoginParts): Promise<Authenticator> {
  const { user, who, settings, askUser, tell, patience, fail, signal } = parts;
  const questions = askUser && new Questions(askUser, who, tell, signal);
  const passphrase = questions && ((file: string) => questions.passphrase(file));
  const wantsKeys = settings.methods.includes("publickey");
  const identities = wantsKeys ? await findIdentities(settings, passphrase, tell) : [];
  const patient = identities.map((identity) => patientIdentity(identity, patience));
  return new Authenticator(user, settings, patient, questions, fail);
}

/** An agent may ask its user to confirm each signature (ssh-add -c). */
function patientIdentity(identity: Identity, patience: Patience): Identity {
  return { ...identity, sign: (data, hash) => patience.pause(() => identity.sign(data, hash)) };
}
