// TYPE A (RFC 959 section 3.1.1.1): lines end with CRLF on the wire and with LF in the file. Both keep what they have seen
// between pieces, so that the pieces may be cut anywhere.

const CR = 0x0d;
const LF = 0x0a;

export interface Converter {
  /** The converted bytes of the next piece. */
  convert(bytes: Uint8Array): Uint8Array;
  /** What is left at the end. */
  end(): Uint8Array;
}

const nothing = new Uint8Array(0);

/** LF becomes CRLF; a CRLF in the file stays one, as vsftpd and pyftpdlib have it. */
export function toNetworkLines(): Converter {
  let previous = 0;
  return {
    convert(bytes) {
      const converted = new Uint8Array(bytes.length * 2);
      let length = 0;
      for (const byte of bytes) {
        if (byte === LF && previous !== CR) converted[length++] = CR;
        converted[length++] = byte;
        previous = byte;
      }
      return converted.subarray(0, length);
    },
    end: () => nothing,
  };
}

/** CRLF becomes LF; a CR without LF behind it stays. */
export function fromNetworkLines(): Converter {
  let held = false;
  return {
    convert(bytes) {
      const converted = new Uint8Array(bytes.length + 1);
      let length = 0;
      for (const byte of bytes) {
        if (held && byte !== LF) converted[length++] = CR;
        held = byte === CR;
        if (!held) converted[length++] = byte;
      }
      return converted.subarray(0, length);
    },
    end: () => (held ? Uint8Array.of(CR) : nothing),
  };
}
