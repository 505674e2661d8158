// What a command line can be.
import type { DemoCommand } from "../demo/demo-command.ts";
import type { FtpCommand } from "../ftp/ftp-command.ts";
import type { LabCommand } from "../lab/lab-command.ts";
import type { PasswdCommand } from "../serve/passwd-command.ts";
import type { ServeCommand } from "../serve/serve-command.ts";
import type { TransferCommand } from "../transfer/transfer-command.ts";
import type { TransferVerb } from "../transfer/transfer-options.ts";
import type { TunnelCommand } from "./tunnel-command.ts";

export type ParsedLine =
  | TunnelCommand
  | ServeCommand
  | PasswdCommand
  | DemoCommand
  | LabCommand
  | FtpCommand
  | TransferCommand
  | { readonly kind: "serve-help" }
  | { readonly kind: "passwd-help" }
  | { readonly kind: "demo-help" }
  | { readonly kind: "lab-help" }
  | { readonly kind: "ftp-help" }
  | { readonly kind: "transfer-help"; readonly verb: TransferVerb }
  | { readonly kind: "help" }
  | { readonly kind: "version" };
