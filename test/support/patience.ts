// How long tests wait for what must come. Not a fact under test: on a machine with other work everything takes longer, and a
// test may then be slow but not red. Only what hangs for good ends here.

/** For one event: a log line, a reply, the end of a program. */
export const patienceMs = 120_000;
