// How ssh is started: by a shell, for two things that Node cannot do.

/**
 * 1. ssh must stay in our process group, or it could not ask on the terminal; so Ctrl-C reaches it, too, and would end
 *    transfers that may finish. A signal that is ignored when a program starts stays ignored (ssh looks, client_loop).
 * 2. When our program dies without a word (SIGKILL, Ctrl-C where nobody handles it), ssh must not live on. A second shell
 *    waits at a pipe (descriptor 3) whose other end is ours: a line says that all is over, an end without a line that we
 *    are dead. Not standard input, which Node closes before it tells that a process has ended.
 *
 * Arguments: the program, the directory to delete after our death, the program's arguments. The shell becomes the program.
 */
export const launchScript: string = [
  "trap '' INT QUIT",
  "directory=$1",
  "shift",
  '{ trap "" HUP; read -r over <&3 || { kill "$$"; rm -rf -- "$directory"; }; } >/dev/null 2>&1 &',
  'exec "$0" "$@" 3<&-',
].join("\n");

/** The descriptor of the pipe. */
export const lifeline = 3;
