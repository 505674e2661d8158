// The bug that the swarm must find: towards Sallyport, a connection that the client resets looks as if it had ended. It
// lives in the network of the test, so no switch in the product can turn it on.
import type { Connection } from "../../src/platform/network.ts";

export function resetLooksLikeEnd({ stream }: Connection): void {
  const destroy = stream.destroy.bind(stream);
  stream.destroy = (error) => {
    if (error === undefined || error === null || stream.readableEnded) return destroy(error);
    stream.push(null);
    return stream;
  };
}
