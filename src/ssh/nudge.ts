// sshd before 10.1 leaves Nagle's algorithm on until a session runs a command. Until then what it sends next waits for our acknowledgement, which
// the kernel holds back for up to 40 ms (a 226 right behind a 150 took 44 ms instead of 3). Anything that we send takes the acknowledgement along; so
// where there is nothing to send, each transport sends a message that means nothing. Once a session has run, that would only cost ssh and sshd their time.

/** Larger data come in streams, which the kernel acknowledges as they come. */
export const nudgeBytesMax = 4096;
