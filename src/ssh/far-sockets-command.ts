// The one command whose output Sallyport reads at the far end, for back mode default-port; its own SSH server knows it too.

/** Prints the SSH host's table of TCP sockets (proc(5)) where that is Linux, else nothing. */
export const farSocketsCommand = "cat /proc/net/tcp /proc/net/tcp6 2>/dev/null; true";
