// Two connections made one: each direction ends on its own, and a break of one is a break of the other.
import type { Connection } from "../../../platform/network.ts";
import type { Channel } from "../channels/channel.ts";

/** `connection` is the remote end of `channel`, which is `near` as a connection. Resolves when nothing is left of either. */
export async function splice(channel: Channel, near: Connection, connection: Connection): Promise<void> {
  near.stream.pipe(connection.stream);
  connection.stream.pipe(near.stream);
  const pair = [near, connection];
  for (const each of pair) {
    void each.closed.then(({ how }) => {
      if (how !== "fin") for (const other of pair) other.reset();
    });
  }
  void channel.gone.then(() => endFarSide(channel, connection));
  await Promise.all(pair.map((each) => each.closed));
}

/** A client that closes its channel takes nothing any more: what it sent goes out to the end, and the connection closes. */
function endFarSide(channel: Channel, connection: Connection): void {
  const { stream } = connection;
  const close = (): void => void connection[Symbol.asyncDispose]();
  // The pipe ends the stream with the channel; a remote end that reads slowly is waited for.
  const finish = (): void => {
    if (stream.writableFinished) close();
    else stream.once("finish", close);
  };
  if (channel.readableEnded) finish();
  else channel.once("end", finish);
}
