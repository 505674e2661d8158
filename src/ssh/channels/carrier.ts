// What carries the channel messages of one SSH connection.
import type { ChannelMessage } from "../connection-protocol/messages.ts";

export interface Carrier {
  /**
   * Once the connection is lost, without effect. `released` comes with data: to be called, now or later and in the order of the messages, when
   * nothing of their memory is needed any more.
   */
  send(message: ChannelMessage, released?: () => void): void;
  /** True while enough waits to be sent. */
  isCongested(): boolean;
  /** Calls back once there is room again. */
  whenClear(callback: () => void): void;
}
