// The known ways in which FTP fails between hosts. Their numbers are cited in tests, guides and messages.

export interface Scenario {
  /** `S01` to `S20`. */
  readonly number: string;
  readonly title: string;
  /** What the user sees, without Sallyport. */
  readonly seen: string;
  readonly why: string;
  /** What Sallyport does. */
  readonly answer: string;
}

export const scenarios: readonly Scenario[] = [
  {
    number: "S01",
    title: "a plain session",
    seen: "Login, cd, a listing, a download: with -d a client shows USER, 331, PASS, 230, CWD, 250, and 550 for a directory that is not there.",
    why: "Nothing is between client and server, so everything works. It is what all others are compared with.",
    answer:
      "The dialogue is the same through the tunnel, with the server's own words; sallyport ftp -d shows it in the same form.",
  },
  {
    number: "S02",
    title: "only the control connection is forwarded",
    seen: "With ssh -L 2001:server:21 the login works, then the first listing hangs, fails, or goes past ssh in the clear.",
    why: "FTP opens another TCP connection for each listing and file, on ports that are agreed on inside the conversation. ssh forwards the one port that it was told.",
    answer: "The tunnel reads the conversation and carries every data connection through the same SSH connection.",
  },
  {
    number: "S03",
    title: "a forward to localhost, active mode",
    seen: "425 Can't build data connection: Cannot assign requested address, or Connection refused.",
    why: "The server was reached at 127.0.0.1 and connects back from there. From a loopback address no other host can be reached, and its client seems to be itself.",
    answer: "The server is asked for passive mode in place of it, and Sallyport connects to the client.",
  },
  {
    number: "S04",
    title: "a forward to localhost, passive mode",
    seen: "The client reports Connection refused after 227 or 229.",
    why: "The server names a port of 127.0.0.1, or of the host that the client takes for the server: both are the client's own machine, where nobody listens on it.",
    answer: "227 and 229 name a port of Sallyport's, at the address where the client has reached it.",
  },
  {
    number: "S05",
    title: "a client at localhost, active mode",
    seen: "500 Illegal PORT command, or 425 with Connection refused.",
    why: "The client reached the forward at 127.0.0.1, so its PORT names 127.0.0.1. To the server that is the server's own machine.",
    answer: "PORT goes no further than Sallyport, which connects to the client from here.",
  },
  {
    number: "S06",
    title: "a forward that is open to the network (-g)",
    seen: "Active mode may begin to work, but data is in the clear beside the tunnel, and everybody may use the open port.",
    why: "With -g the client can use the host's real address, so PORT names one that the server can reach, past ssh.",
    answer:
      "Everything listens on the loopback address only. With -g control and data listen on the network, as you have said; Sallyport warns, and data still goes through SSH.",
  },
  {
    number: "S07",
    title: "the server compares the address in PORT",
    seen: "500 Illegal PORT command, 500 Illegal EPRT command.",
    why: "Against bounce attacks, servers connect only to the host that the control connection comes from. Behind a forward, a proxy or a NAT that is another one than the client names.",
    answer: "The server never sees the client's PORT. Our own client uses passive mode first.",
  },
  {
    number: "S08",
    title: "the server compares who comes for the data",
    seen: "425 Security: Bad IP connecting, or 425 Possible PASV port theft.",
    why: "Control comes from the SSH host and data from the client, past ssh. A server that looks takes the second for a thief.",
    answer: "Both come from the SSH host. Sallyport's own listeners look just as closely at who comes.",
  },
  {
    number: "S09",
    title: "a packet filter before the client, active mode",
    seen: "A long silence, then 425 with Connection timed out.",
    why: "The server is to connect to the client, and the filter drops what comes in unasked.",
    answer:
      "Through SSH nothing has to come in. Without SSH, our client uses passive mode first, where nothing comes in either.",
  },
  {
    number: "S10",
    title: "a NAT before the client, active mode",
    seen: "500 Illegal PORT command, or silence and 425; at worst, somebody else's machine gets the connection.",
    why: "PORT names the client's private address, which means nothing, or another machine, where the server is.",
    answer: "As in S09. For a NAT that forwards ports the library can name the outer address (activeAddress).",
  },
  {
    number: "S11",
    title: "a NAT that helps FTP",
    seen: "Active FTP works without ssh, and fails through it.",
    why: "The NAT reads the conversation and rewrites PORT (nf_nat_ftp in Linux). Inside SSH or TLS it can read nothing.",
    answer: "No help from the NAT is needed: all of it is one SSH connection.",
  },
  {
    number: "S12",
    title: "a NAT before the server, passive mode",
    seen: "The client waits for a connection to 10.x, 172.16.x or 192.168.x, an address that it was told by 227.",
    why: "The server knows only its inner address. Passive mode then works for clients inside its network.",
    answer:
      "The address in 227 is not followed: data goes to the host that the control connection goes to. The NAT has to forward the server's passive ports, unless SSH goes to a host behind it.",
  },
  {
    number: "S13",
    title: "a server that names an outer address",
    seen: "Passive mode works from outside, and through a tunnel the 227 names the outer address, which may not be reachable from within.",
    why: "The address in 227 is chosen by where the control connection comes from. Through SSH it comes from a host inside.",
    answer: "Tunnel and client use the control connection's host, so it does not matter.",
  },
  {
    number: "S14",
    title: "active mode as it was meant",
    seen: "PORT before each transfer, and a connection from the server's port 20: it works where nothing is between.",
    why: "The client can be reached at the address that it names.",
    answer:
      "The tunnel takes PORT and EPRT from any client, whatever the way to the server is; sallyport ftp --active does the same itself.",
  },
  {
    number: "S15",
    title: "passive mode as it was meant",
    seen: "PASV or EPSV before each transfer: it works where the server can be reached at any of its ports.",
    why: "The client makes both connections, as with most protocols.",
    answer: "It is what tunnel and client begin with: EPSV, else PASV.",
  },
  {
    number: "S16",
    title: "from server to server",
    seen: "500 Illegal PORT command from the one, 425 or 500 from the other; or a wait that ends in 425.",
    why: "The client tells one server the other's address, so that data does not pass through it. Both now see an address that is not their client's, which most refuse; and inside SSH neither may reach the other.",
    answer:
      "Two sessions of one tunnel are joined inside it, though neither server can reach the other. sallyport cp tries it, and else copies through this machine.",
  },
  {
    number: "S17",
    title: "default data ports",
    seen: "Without PORT the first transfer works, and the second fails: 425 with Address already in use or Cannot assign requested address.",
    why: "The server connects from its port 20 to the port of the client's control connection (RFC 959 section 3.2). TCP keeps such a pair of ports after its use for up to four minutes (TIME_WAIT), and some systems let nobody listen there at all.",
    answer: "Client, tunnel and server can do it (--default-port), wait as long as TCP wants, and say so.",
  },
  {
    number: "S18",
    title: "default data ports through ssh",
    seen: "ssh -R to the port that sshd's forwarded connection comes from is refused, or works for one transfer.",
    why: "sshd has to listen on a port that it uses as a client already. For that both sockets need SO_REUSEADDR, and a system that tolerates it.",
    answer: "It is done where the SSH server permits it, else refused with the condition that has failed.",
  },
  {
    number: "S19",
    title: "FTP with protection of its own",
    seen: "530 or 522 with words about TLS, SSL or encryption; or a certificate that is refused.",
    why: "The server demands AUTH TLS (RFC 4217). What is encrypted from end to end nobody between can read, a tunnel that understands FTP included.",
    answer:
      "The tunnel refuses AUTH and says why: it is inside SSH already. sallyport ftp and get speak TLS themselves (--tls, --implicit-tls, ftps://), through SSH too.",
  },
  {
    number: "S20",
    title: "somebody goes away in mid-transfer",
    seen: "A file that looks complete and is not.",
    why: "In FTP the end of the data connection is the end of the file. A server, an SSH connection or a client that dies ends it as well.",
    answer:
      "An end that was none is passed on as a break, never as a clean close and 226. The client counts a file as whole only after 226 and when its size is right; --resume and reget go on behind what came.",
  },
];
