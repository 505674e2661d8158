// A server's public key by its hash, as curl's --pinnedpubkey and RFC 7469 write it.

/** Whether this is `sha256//` and the SHA-256 of a SubjectPublicKeyInfo in base64. */
export const isPublicKeyPin = (text: string): boolean => /^sha256\/\/[A-Za-z0-9+/]{43}=$/.test(text);
