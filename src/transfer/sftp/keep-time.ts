// The time of last change, before a file has its name: whoever takes it from then on finds it complete. A refusal is no failure.
import { isSallyportError } from "../../protocol/error.ts";
import type { StoreOrder } from "../store-order.ts";
import type { SftpRemote } from "./sftp-remote.ts";

export async function keepTime(
  { files }: SftpRemote,
  path: string,
  { modifiedMs, signal }: Pick<StoreOrder, "modifiedMs" | "signal">,
): Promise<void> {
  if (modifiedMs === undefined) return;
  await files.setModified(path, modifiedMs, { signal }).catch((error: unknown) => {
    if (!isSallyportError(error) || !error.code.startsWith("FS_")) throw error;
  });
}
