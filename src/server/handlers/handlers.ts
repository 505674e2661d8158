// Every command that this server carries out. What is in the command table and not here is 502.
import type { HandlerTable } from "../conversation.ts";
import { dataSetupHandlers } from "./data-setup.ts";
import { directoryHandlers } from "./directories.ts";
import { factHandlers } from "./facts.ts";
import { fileHandlers } from "./files.ts";
import { hashHandlers } from "./hashes.ts";
import { informationHandlers } from "./information.ts";
import { listingHandlers } from "./listings.ts";
import { loginHandlers } from "./login.ts";
import { parameterHandlers } from "./parameters.ts";
import { securityHandlers } from "./security.ts";
import { siteHandlers } from "./site.ts";
import { transferHandlers } from "./transfers.ts";

export const handlers: HandlerTable = {
  ...loginHandlers,
  ...securityHandlers,
  ...informationHandlers,
  ...parameterHandlers,
  ...dataSetupHandlers,
  ...directoryHandlers,
  ...fileHandlers,
  ...factHandlers,
  ...hashHandlers,
  ...siteHandlers,
  ...listingHandlers,
  ...transferHandlers,
};
