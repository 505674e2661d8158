// A file that a client has open for writing, as the handlers of its requests see it.
/** One call at a time. */
export interface SftpWriter extends AsyncDisposable {
  writeAt(offset: number, bytes: Uint8Array): Promise<void>;
  /** SSH_FXP_FSETSTAT with a size. */
  truncate(bytes: number): Promise<void>;
  finish(): Promise<void>;
}
