// What `sallyport get --help` and its companions print.
import { describeRow } from "../command-line/describe-row.ts";
import { usageOf } from "./transfer-command.ts";
import { optionsOfVerb, type TransferVerb } from "./transfer-options.ts";

const indent = 34;

const about: Readonly<Record<TransferVerb, readonly [string, readonly string[]]>> = {
  get: [
    "Downloads files.",
    [
      "Files go to the working directory, or into the DIRECTORY that comes last; - is standard",
      "output. A file is NAME.sallyport-part until it is whole; --resume continues with what is there.",
      "With -r a directory goes into a directory that exists, else it becomes the one that you name.",
    ],
  ],
  put: [
    "Uploads files.",
    [
      "A URL that ends in / is a directory to put them into; another names the file, or with -r the",
      "directory, itself. - is standard input. A broken upload stays at the server; --resume continues it.",
      "With sftp:// the file is NAME.sallyport-part there until it is whole.",
    ],
  ],
  ls: [
    "Lists directories.",
    ["One line for each file: its type, size, time (Z: UTC; else the server's own clock) and name."],
  ],
  cp: [
    "Copies files from server to server.",
    [
      "Where both servers allow it they send to each other (third-party transfer), else the files go",
      "through this machine; each line says which. A URL that ends in / is a directory to copy into.",
      "From or to sftp:// files always go through this machine.",
    ],
  ],
  rm: [
    "Removes files at a server.",
    [
      "With -r a directory goes with everything in it, hidden files too. A symbolic link itself goes;",
      "what it points to stays.",
    ],
  ],
  mkdir: ["Makes directories at a server.", []],
  mv: [
    "Renames and moves files at one server.",
    [
      "A last argument that ends in / is a directory to move into. A PATH begins in the login directory,",
      "with / at the root. Between two servers use cp.",
    ],
  ],
};

/** The whole text; no line is wider than 100 columns. */
export function transferHelpText(verb: TransferVerb): string {
  const [title, more] = about[verb];
  return [
    title,
    "",
    `Usage: ${usageOf[verb]}`,
    "",
    "URL is ftp://[user[:password]@]host[:port]/path or ftps://, with %20 for a space. A path begins",
    "in the login directory; ftp://host//path begins at the root. sftp://[user@]host[:port]/path begins",
    "at the root; sftp://host/~/path begins in the login directory.",
    ...more,
    "",
    "Options:",
    ...optionsOfVerb(verb).flatMap((row) => describeRow(row, indent)),
    "",
    "Without a user: ~/.netrc (which only you may read), else anonymous. Without a password: ~/.netrc,",
    "else the terminal. A password in a URL can be seen by others of this machine. With sftp:// SSH logs",
    "in, by your ~/.ssh/config, keys and agent, and asks by itself.",
    "Exit status: 0 all is done, 1 a transfer failed, 2 usage, 255 SSH failed, 130 Ctrl-C.",
    "",
  ].join("\n");
}
