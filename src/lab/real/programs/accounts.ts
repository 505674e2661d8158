// The user of every server in a world, and what lies in his directory. The machine's own accounts are as they were: inside
// the world another /etc is mounted over theirs. All of it: a single file that is mounted over would come to light again as
// soon as somebody outside replaces the one below, which is how useradd(8) writes /etc/passwd.
import { labDirectory } from "../enclosure/enclosure.ts";

/** As the FTP client logs in; ssh uses the name too. */
export const loginUser: { readonly name: string; readonly id: number } = { name: "me", id: 61_999 };

/** Directory of a host's FTP server, by its name in the world. */
export const filesOf = (host: string): string => `${host}.files`;

/** What systems, ssh and Sallyport hold between two ends is less: 1/4 MiB a socket, at most 16 MiB a channel. */
export const bigBytesCount: number = 24 * 1024 * 1024;

/** SHA-512 crypt of `secret`: crypt(5). */
const passwordHash =
  "$6$sallyport$SqQl2H8NEINwXcvC99c8GqFWUhkc8eoXXOQ6LjE.A5GdXg6pfQ3ngcJVHV63VlO243GWljtdjMdyKQqKljaCq1";

/** What programs read there; the rest of /etc does not exist in a world. */
const kept = [
  "alternatives",
  "group",
  "hosts",
  "ld.so.cache",
  "localtime",
  "nsswitch.conf",
  "passwd",
  "protocols",
  "security",
  "services",
  "ssl/openssl.cnf",
];

/** Shell lines, run once beside all hosts. PAM lets in whom the servers' own rules let in. */
export function accountsScript(): string {
  const { name, id } = loginUser;
  return [
    `cd ${labDirectory}`,
    "mkdir -p etc/ssl etc/pam.d",
    `for name in ${kept.join(" ")}; do [ ! -e /etc/$name ] || cp -a /etc/$name etc/$name; done`,
    `echo '${name}:x:${id}:65534::${labDirectory}:/bin/sh' >>etc/passwd`,
    "printf '%s required pam_permit.so\\n' auth account session password >etc/pam.d/vsftpd",
    "touch etc/hosts.allow && mount --bind etc /etc",
    `echo '${name}:${passwordHash}:${id}:65534::${labDirectory}:/bin/sh' >ftp-passwd && chmod 600 ftp-passwd`,
    "mkdir -m 755 empty && mkdir -m 700 home && mkdir -m 1777 tmp",
    "ssh-keygen -q -t ed25519 -N '' -C lab -f host_key && ssh-keygen -q -t ed25519 -N '' -C lab -f user_key",
    "cp user_key.pub authorized_keys && chmod 644 authorized_keys",
    "echo \"* $(cut -d' ' -f1,2 host_key.pub)\" >known_hosts",
  ].join("\n");
}

/** Shell lines that fill the directory of an FTP server. Each file is the beginning of `pattern`. */
export function filesScript(host: string, sizes: Readonly<Record<string, number>>, pattern: string): string {
  const directory = `${labDirectory}/${filesOf(host)}`;
  const files = Object.entries(sizes).map(
    ([path, size]) => `head -c ${size} ${pattern} >${directory}${path}; chmod 644 ${directory}${path}`,
  );
  return [
    `mkdir -p ${directory}/pub`,
    ...files,
    `chmod 777 ${directory} ${directory}/pub`,
    `chown -R ${loginUser.id}:65534 ${directory}`,
  ].join("\n");
}
