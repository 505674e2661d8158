// What the other side gets for its wish to open a channel (RFC 4254 section 5.1).
import type { Channel } from "./channel.ts";

/** SSH_OPEN_*: sshd answers `prohibited` for its own rules and `connectFailed` when its connect(2) failed. */
export const openRefusal = { prohibited: 1, connectFailed: 2, unknownType: 3, shortage: 4 } as const;

/** To be given once. */
export interface OpenAnswer {
  /** `target` is for messages. */
  accept(target: string): Channel;
  /** `reason` of {@link openRefusal}; `words` are shown to people. */
  refuse(reason: number, words: string): void;
}
