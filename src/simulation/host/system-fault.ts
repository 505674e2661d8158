// A call of a simulated system fails as the real one does: an error with the system's name, for the same translation.

export interface SystemFault extends Error {
  readonly code: string;
}

export const systemFault = (code: string): SystemFault => Object.assign(new Error(code), { code });

/** The system's name of an error, `undefined` for errors of other kinds. */
export function faultCode(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}
