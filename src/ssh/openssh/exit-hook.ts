// Last resort: when the program ends without disposing us, ssh and its sockets still go away.

const hooks = new Set<() => void>();

function runAll(): void {
  for (const hook of hooks) hook();
}

/** Calls `hook` when this process exits; it must be synchronous. The returned function takes it back. */
export function onProcessExit(hook: () => void): () => void {
  if (hooks.size === 0) process.on("exit", runAll);
  hooks.add(hook);
  return () => {
    if (hooks.delete(hook) && hooks.size === 0) process.off("exit", runAll);
  };
}
