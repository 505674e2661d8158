// The limits of listings that a client receives; part of limits.ts.
export const listingLimits = {
  listedLineBytesMax: {
    value: 16_384,
    unit: "bytes",
    why: "one line of a listing that we receive; a link of 4096 bytes to a path of 4096, each byte escaped, does not fill it",
  },
  listedEntriesMax: {
    value: 1_000_000,
    unit: "lines",
    why: "of one listing that we receive, by FTP or SFTP, some 500 MB in memory; an endless one ends here",
  },
  listingBytesMax: {
    value: 268_435_456,
    unit: "bytes",
    why: "one listing that we receive, by FTP or SFTP; a million files at 200 bytes a line fit",
  },
} as const;
