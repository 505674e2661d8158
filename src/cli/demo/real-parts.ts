// The parts that the demo is really made from.
import { openServer } from "../../serve/open-server.ts";
import { connectWithKey } from "../../ssh/embedded/connect-with-key.ts";
import { openTunnelOver } from "../../tunnel/open-tunnel.ts";
import { openDemoSshServer } from "./demo-ssh-server.ts";
import type { DemoParts } from "./parts.ts";

export const realParts: DemoParts = { openSshServer: openDemoSshServer, openServer, openTunnelOver, connectWithKey };
