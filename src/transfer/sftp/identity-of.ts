// What the server reports of its file.
import { definedProps } from "../../protocol/defined-props.ts";
import type { Attributes } from "../../ssh/sftp/wire/attributes.ts";
import type { SourceIdentity } from "../source-identity.ts";
import type { SftpRemote } from "./sftp-remote.ts";

/** `refused`: the server tells nothing of it. */
export async function identityOf(
  { session }: SftpRemote,
  path: string,
  signal: AbortSignal,
): Promise<SourceIdentity | "nothing" | "refused"> {
  const told = await session.standing(path, "stat", signal);
  if (typeof told === "string") return told;
  return identityIn(told);
}

export function identityIn({ size, times }: Attributes): SourceIdentity {
  return definedProps({ size, modifiedMs: times === undefined ? undefined : times.modified * 1000 });
}
