// Randomness comes in through this interface, so that a seed can own it.

export interface Random {
  /** A whole number from 0 to `limit - 1`, every one as likely. Must be unguessable outside simulation: data ports depend on it. */
  below(limit: number): number;
}
