// fast-check with the same draws in each run: what a random one found would come up in somebody else's change.
// SEED=random, or SEED=NUMBER, draws others.
import fc from "fast-check";

const { SEED = "20261129" } = process.env;
fc.configureGlobal(SEED === "random" ? {} : { seed: Number(SEED) });

export { fc };
