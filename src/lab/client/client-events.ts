// What the scripted client tells of itself, for the evidence.
import { isSallyportError } from "../../protocol/error.ts";

export type ClientEvent =
  | { readonly type: "line"; readonly from: "client" | "server"; readonly text: string }
  /** A call of its system failed. */
  | {
      readonly type: "call";
      readonly call: string;
      readonly error: string;
      /** It was open already, and broke. */
      readonly isTransfer?: boolean;
    }
  | { readonly type: "note"; readonly text: string };

/** Must not throw. */
export type NotifyClientEvent = (event: ClientEvent) => void;

/** The system's name of an error; else Sallyport's. */
export function systemName(error: unknown): string {
  if (!isSallyportError(error)) return error instanceof Error ? error.message : String(error);
  return error.details.system ?? error.code;
}
