// The keys of an ssh-agent.
import ssh2, { type BaseAgent, createAgent, type ParsedKey, type SigningRequestOptions } from "ssh2";
import { definedProps } from "../../../protocol/defined-props.ts";
import type { Identity } from "./identity.ts";

/** An identity whose public key is at hand. */
export interface AgentIdentity extends Identity {
  readonly key: ParsedKey;
}

/** No agent, or one that does not answer, has no keys; ssh, too, continues without it. */
export async function agentIdentities(path: string | undefined): Promise<AgentIdentity[]> {
  if (path === undefined) return [];
  const agent = createAgent(path);
  return (await listKeys(agent)).map((key) => ({
    key,
    label: key.comment === "" ? "a key of the agent" : `${key.comment} (agent)`,
    publicKey: () => Promise.resolve(key),
    sign: (data, hash) => signWith(agent, key, data, definedProps({ hash })),
  }));
}

function listKeys(agent: BaseAgent): Promise<ParsedKey[]> {
  return new Promise((resolve) => {
    agent.getIdentities((error, keys) => resolve(error ? [] : ((keys ?? []) as unknown[]).flatMap(usable)));
  });
}

/** Keys of kinds that ssh2 does not know (certificates, security keys) are left out. */
function usable(key: unknown): ParsedKey[] {
  const found = (key as { pubKey?: unknown }).pubKey ?? key;
  const parsed = ssh2.utils.parseKey(found as Buffer);
  const one = Array.isArray(parsed) ? parsed[0] : parsed;
  return one === undefined || one instanceof Error ? [] : [one];
}

function signWith(agent: BaseAgent, key: ParsedKey, data: Buffer, options: SigningRequestOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    agent.sign(key, data, options, (error, signature) => {
      if (signature === undefined) reject(error ?? new Error("the agent gave no signature"));
      else resolve(signature);
    });
  });
}
