// Which address did ssh connect to? It says so when the log-in is done.
import type { SshMessages } from "./ssh-messages.ts";

/** sshconnect2.c, at VERBOSE. Through a jump host or a ProxyCommand ssh does not know it, and says "(via proxy)". */
const line = /^Authenticated to .* \(\[([0-9A-Fa-f.:]+)(?:%[^\]]*)?\]:\d+\)/;

/** The returned function tells the address, once ssh has. */
export function serverAddressReader(messages: SshMessages): () => string | undefined {
  let address: string | undefined;
  const unwatch = messages.watch((text) => {
    const found = line.exec(text)?.[1];
    if (found === undefined) return;
    address = found;
    unwatch();
  });
  return () => address;
}
