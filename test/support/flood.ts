// Many connections at once that stay, whatever they are told.
import { connect } from "node:net";

/** The first words that each of them got, or "reset". */
export async function flood(host: string, port: number, count: number): Promise<string[]> {
  const sockets = Array.from({ length: count }, () => connect({ host, port, allowHalfOpen: true }));
  try {
    return await Promise.all(
      sockets.map(
        (socket) =>
          new Promise<string>((resolve) => {
            socket.once("data", (chunk) => resolve(String(chunk)));
            socket.once("error", () => resolve("reset"));
            socket.once("close", () => resolve("reset"));
          }),
      ),
    );
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}
