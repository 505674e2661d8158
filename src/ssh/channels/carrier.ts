// What carries the channel messages of one SSH connection.
import type { ChannelMessage } from "../connection-protocol/messages.ts";

export interface Carrier {
  /** Once the connection is lost, without effect. */
  send(message: ChannelMessage): void;
  /** True while enough waits to be sent. */
  isCongested(): boolean;
  /** Calls back once there is room again. */
  whenClear(callback: () => void): void;
}
