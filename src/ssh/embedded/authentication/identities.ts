// All keys that may log in, in ssh's order.
import type { AuthenticationSettings } from "../configuration/host-settings.ts";
import { type AgentIdentity, agentIdentities } from "./agent-identities.ts";
import type { Identity } from "./identity.ts";
import { type AskPassphrase, fileIdentity, type KeyFile, keyOfText, readKeyFile } from "./key-file.ts";

/**
 * First the agent's keys that are configured, in the order of IdentityFile; then the agent's other keys, unless
 * IdentitiesOnly; then the files. `ask` is absent where nobody can be asked: encrypted files are then left out.
 */
export async function findIdentities(
  settings: AuthenticationSettings,
  ask: AskPassphrase | undefined,
  tell: (line: string) => void,
): Promise<Identity[]> {
  const fromAgent = await agentIdentities(settings.agent);
  const read = await Promise.all(settings.identityFiles.map((path) => readKeyFile(path, tell)));
  const given = (settings.privateKeys ?? []).map(keyOfText);
  const files = [...read, ...given].filter((file): file is KeyFile => file !== undefined);
  const inAgent = (file: KeyFile): AgentIdentity | undefined =>
    fromAgent.find(({ key }) => file.publicKey?.getPublicSSH().equals(key.getPublicSSH()));
  const configured = new Set(files.flatMap((file) => inAgent(file) ?? []));
  const others = settings.identitiesOnly ? [] : fromAgent.filter((identity) => !configured.has(identity));
  const alone = files.filter((file) => file.privateText !== undefined && inAgent(file) === undefined);
  const usable = ask === undefined ? alone.filter((file) => file.privateKey !== undefined) : alone;
  const nobody: AskPassphrase = () => Promise.resolve(undefined);
  return [...configured, ...others, ...usable.map((file) => fileIdentity(file, ask ?? nobody, settings.promptsMax))];
}
