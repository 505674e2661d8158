// What lies on the demo's FTP servers for a client of the user's.

const welcome = `You are reading a file that came by FTP, through SSH.

The control connection and this file's data connection were two channels of
one SSH connection. Nothing else was opened.
`;

const castle = `
      |~        |~        |~
    _ |_ _ _____|_____ _ _|_ _
   | | | | | | | | | | | | | | |
   |      _             _      |
   |     |#|           |#|     |
   |            ___            |
   |           /   \\           |   the big gate: closed
   |          |#####|    _     |
   |          |#####|   | |<------ the sally port: small, guarded, open
___|__________|#####|___|_|____|_____
`;

export const welcomeFiles: Readonly<Record<string, Uint8Array>> = {
  "/welcome": Buffer.from(welcome),
  "/castle": Buffer.from(castle.slice(1)),
};
