// What can be wrong with data connections. D02 to D20 are the scenarios of the same number.
import { type FindingRow, tunnel } from "./finding.ts";

export type DataFindingId =
  | "D02"
  | "D03"
  | "D04"
  | "D05"
  | "D06"
  | "D07"
  | "D08"
  | "D09"
  | "D10"
  | "D11"
  | "D12"
  | "D13"
  | "D14"
  | "D15"
  | "D16"
  | "D17"
  | "D18"
  | "D20"
  | "D22"
  | "D29"
  | "D39"
  | "D45"
  | "D46"
  | "D47"
  | "D48"
  | "D49"
  | "D50"
  | "D51"
  | "D52";

const passiveClient = "passive mode: curl --ftp-pasv, lftp `set ftp:passive-mode on`, ftp -p";
const activeClient = "active mode: curl --ftp-port -, lftp `set ftp:passive-mode off`, ftp -A";
const behindSsh = "No setting of the server helps for a plain ssh -L: its data connections have to be carried too.";
const passivePorts: FindingRow["remedies"] = [
  ["vsftpd", "pasv_min_port=50000 and pasv_max_port=50100, and admit these ports"],
  ["ProFTPD", "PassivePorts 50000 50100, and admit these ports"],
  ["Pure-FTPd", "PassivePortRange 50000 50100 (-p 50000:50100), and admit these ports"],
  ["FileZilla Server", "Passive mode: use custom port range 50000-50100, and admit these ports"],
  ["IIS", "FTP Firewall Support: Data Channel Port Range 50000-50100, and admit these ports"],
  ["nftables", "nft add rule inet filter input tcp dport 50000-50100 accept"],
  ["cloud firewall", "an inbound rule for TCP 50000-50100 beside the one for 21"],
];

export const dataFindings: Readonly<Record<DataFindingId, FindingRow>> = {
  D02: {
    scenario: "S02",
    title: "only the control connection is forwarded",
    why: "The FTP port here is forwarded to a server that names data ports of its own address. Nothing forwards these: the data go past the tunnel in the clear, or nowhere.",
    remedies: [["server", behindSsh]],
    instead: tunnel,
  },
  D03: {
    scenario: "S03",
    title: "the server was reached at its loopback address, and cannot connect back from there",
    why: "The forward leads to localhost at the server, so the server makes its data connections from 127.0.0.1. From a loopback address no other host can be reached.",
    remedies: [["client", passiveClient]],
    instead: tunnel,
  },
  D04: {
    scenario: "S04",
    title: "the server's data port is looked for on this machine",
    why: "The FTP port here is forwarded to a server elsewhere, and 227 or 229 leads to the same host as the control connection. That is this machine, where nothing listens on that port.",
    remedies: [["server", behindSsh]],
    instead: tunnel,
  },
  D05: {
    scenario: "S05",
    title: "our PORT names a loopback address",
    why: "The FTP port here was reached at 127.0.0.1, so that is the address in PORT or EPRT. To the server it is the server itself, where nobody waits.",
    remedies: [["server", behindSsh]],
    instead: tunnel,
  },
  D06: {
    scenario: "S06",
    title: "the data go past the tunnel in the clear",
    why: "The control connection goes into a forwarded port of this machine, and the data connection came from the server itself. Whoever is in between reads the files, and with -g anybody may use the port.",
    remedies: [["client", "connect to 127.0.0.1, and leave -g out of ssh -L"]],
    instead: tunnel,
  },
  D07: {
    scenario: "S07",
    title: "the server refuses the address in our PORT",
    why: "It compares the address in PORT or EPRT with the one that the control connection comes from, against bounce attacks. A forward, a proxy or a NAT in between makes them differ.",
    remedies: [
      ["vsftpd", "port_enable=YES, where active mode is switched off"],
      [
        "vsftpd",
        "port_promiscuous=YES and connect_from_port_20=NO let anybody send files to third hosts: only where you know why",
      ],
      [
        "ProFTPD",
        "AllowForeignAddress friends, after <Class friends> From ADDRESS </Class>; on instead of a class lets anybody",
      ],
      ["client", passiveClient],
    ],
    instead: tunnel,
  },
  D08: {
    scenario: "S08",
    title: "the server refuses data from another address than control",
    why: "The data connection was made, and the server gave it up since it came from another address than the control connection. It takes that for theft of the data port.",
    remedies: [
      ["vsftpd", "pasv_promiscuous=YES lets anybody take the data: only where you know why"],
      [
        "ProFTPD",
        "AllowForeignAddress friends, after <Class friends> From ADDRESS </Class>; on instead of a class lets anybody",
      ],
      ["client", "one address for both connections: no proxy, VPN or tunnel for one of them only"],
    ],
    instead: tunnel,
  },
  D09: {
    scenario: "S09",
    title: "the server cannot connect to us",
    why: "It took our PORT, and no connection came. A packet filter drops connections that come in.",
    remedies: [
      ["client", passiveClient],
      ["nftables", "at the client: nft add rule inet filter input ip saddr FTP-SERVER tcp sport 20 accept"],
    ],
    instead: tunnel,
  },
  D10: {
    scenario: "S10",
    title: "our PORT names a private address",
    why: "There is a NAT between: the address that this machine has is none that the server can reach. What it reaches there is nobody, or somebody else.",
    remedies: [
      ["client", passiveClient],
      [
        "client",
        "behind a NAT that forwards ports: lftp `set ftp:port-ipv4 OUTER-ADDRESS`, curl --ftp-port OUTER-ADDRESS:50000-50100",
      ],
      ["nftables", "at the NAT: ct helper ftp (nf_conntrack_ftp, nf_nat_ftp), which reads no TLS"],
    ],
    instead: tunnel,
  },
  D11: {
    scenario: "S11",
    title: "a NAT that helps FTP cannot read inside SSH or TLS",
    why: "Outside of SSH the NAT rewrites the private address in PORT into its own (nf_nat_ftp). Inside it cannot, and the server is given an address that leads nowhere.",
    remedies: [["client", passiveClient]],
    instead: tunnel,
  },
  D12: {
    scenario: "S12",
    title: "the server names its private address",
    why: "It is behind a NAT and does not know its outer address, so its 227 leads nowhere. The NAT does not forward its passive ports to it either, or the host of the control connection would have answered there.",
    remedies: [
      ["vsftpd", "pasv_address=OUTER-ADDRESS, with pasv_min_port and pasv_max_port forwarded by the NAT"],
      ["ProFTPD", "MasqueradeAddress OUTER-ADDRESS, with PassivePorts forwarded by the NAT"],
      ["Pure-FTPd", "ForcePassiveIP OUTER-ADDRESS (-P), with PassivePortRange forwarded by the NAT"],
      ["FileZilla Server", "Passive mode: use the following IP OUTER-ADDRESS, with its port range forwarded"],
      ["IIS", "FTP Firewall Support: External IP Address of Firewall"],
      [
        "client",
        "curl --ftp-skip-pasv-ip, lftp `set ftp:fix-pasv-address on`: the control connection's host in its place",
      ],
    ],
    instead: tunnel,
  },
  D13: {
    scenario: "S13",
    title: "the server names an outer address to a client from inside",
    why: "It is set to name an outer address in 227, and the control connection came from inside, as through SSH. At that address and port nobody serves this session.",
    remedies: [
      ["vsftpd", "leave pasv_address out for clients that come from inside: a second instance for them"],
      ["ProFTPD", "MasqueradeAddress in the <VirtualHost> of the outer address only"],
      ["Pure-FTPd", "no ForcePassiveIP for clients that come from inside"],
      ["FileZilla Server", "Passive mode: do not use the outer IP for local connections"],
      ["client", "curl --ftp-skip-pasv-ip, or EPSV, which names no address"],
    ],
    instead: tunnel,
  },
  D14: {
    scenario: "S14",
    title: "the server cannot call from its data port",
    why: "Active servers connect from their port 20, and TCP keeps that port and the client's as a pair for some minutes after a transfer (TIME_WAIT), so that a client which names the same port again meets it. vsftpd with port_promiscuous=YES has no right to port 20 and says 500 OOPS: vsf_sysutil_bind.",
    remedies: [
      ["client", "try again: the next transfer has another port; or passive mode"],
      ["vsftpd", "connect_from_port_20=NO"],
      ["ProFTPD", "RootRevoke on, which connects from any port"],
    ],
    instead: tunnel,
  },
  D15: {
    scenario: "S15",
    title: "the server's passive ports are closed",
    why: "The control port lets us in, and the port that the server named for data does not. A packet filter or a NAT in between knows of the one and not of the others.",
    remedies: passivePorts,
    instead: tunnel,
  },
  D16: {
    scenario: "S16",
    title: "the servers do not exchange files directly",
    why: "A server compares the address in PORT with its client's, and the other server's is none of it. Through SSH the two may not even reach each other.",
    remedies: [
      [
        "vsftpd",
        "pasv_promiscuous=YES at the one that listens, port_promiscuous=YES and connect_from_port_20=NO at the other: only where you know why",
      ],
      [
        "ProFTPD",
        "AllowForeignAddress friends, after <Class friends> From OTHER-SERVER </Class>; on instead of a class lets anybody",
      ],
      ["client", "get from the one and put to the other: sallyport cp does so by itself"],
    ],
    instead: "sallyport -L 2121:FTP -L 2122:OTHER SSH, which joins two sessions",
  },
  D17: {
    scenario: "S17",
    title: "a second transfer has to wait for TCP",
    why: "Without PORT the server connects from its port 20 to the port of the control connection, the same pair each time (RFC 959 section 3.2). TCP keeps a pair for up to four minutes (TIME_WAIT), and some systems let nobody listen there at all.",
    remedies: [
      ["client", "send PORT before each transfer (sendport on), or passive mode"],
      ["client", "wait until TIME_WAIT has passed, 60 s with Linux, before the next transfer"],
    ],
    instead: tunnel,
  },
  D18: {
    scenario: "S18",
    title: "default data ports cannot be forwarded",
    why: "Without PORT the server connects to the port that the SSH host's own connection has. An sshd does not listen on a port that it uses, unless both sockets have SO_REUSEADDR.",
    remedies: [["client", "PORT or passive mode"]],
    instead: tunnel,
  },
  D20: {
    scenario: "S20",
    title: "the connection broke in the middle of a transfer",
    why: "The data connection was made and ended before the server said that the listing is complete. What came before the break is not the whole, whatever it looks like.",
    remedies: [
      [
        "server",
        "its log says why it broke the transfer off; a firewall that ends idle control connections is another cause",
      ],
    ],
    instead: "sallyport get --retry 3 --via SSH ftp://FTP/FILE",
  },
  D22: {
    title: "the server has no passive mode",
    why: "It refuses PASV and EPSV, so clients cannot connect to it for data. Active mode needs a client that can be reached.",
    remedies: [
      ["vsftpd", "pasv_enable=YES"],
      ["ProFTPD", "no <Limit PASV EPSV> with DenyAll"],
      ["Pure-FTPd", "PassivePortRange (-p) with more ports than sessions: it refuses when all are in use"],
      ["client", activeClient],
    ],
    instead: tunnel,
  },
  D29: {
    title: "the server has no default data ports",
    why: "It wants PORT or PASV before each transfer, as most servers do. Only a client that sends neither is concerned.",
    remedies: [["client", "send PORT before each transfer (sendport on), or passive mode"]],
  },
  D39: {
    title: "the server wants data connections to resume the control connection's TLS session",
    why: "A server that demands it refuses every client that does not, or whose TLS 1.3 tickets come too late. Sallyport's client resumes.",
    remedies: [
      ["vsftpd", "require_ssl_reuse=NO"],
      ["ProFTPD", "TLSOptions NoSessionReuseRequired"],
      ["FileZilla Server", "no setting: the client has to resume"],
    ],
  },
  D45: {
    title: "the server's 227 leads nowhere",
    why: "The address in it is a loopback or link-local one, or of the other family than the control connection. It is set wrongly, or the server takes its address from a name that resolves so.",
    remedies: [
      ["vsftpd", "pasv_address=THE-ADDRESS-THAT-CLIENTS-USE, or leave it out; pasv_addr_resolve=NO"],
      ["ProFTPD", "MasqueradeAddress with the address that clients use, or leave it out; look at /etc/hosts"],
      ["Pure-FTPd", "ForcePassiveIP (-P) with the address that clients use, or leave it out"],
      ["FileZilla Server", "Passive mode: the public IP that clients use"],
      ["IIS", "FTP Firewall Support: External IP Address of Firewall"],
      ["client", "EPSV, which names no address: curl does so by itself, lftp `set ftp:prefer-epsv on`"],
    ],
    instead: tunnel,
  },
  D46: {
    title: "the server takes data connections from anywhere",
    why: "It does not compare where a data connection comes from with its client's address. Proxies and tunnels work more easily with it, and whoever guesses a port gets the file or puts another in its place.",
    remedies: [
      ["vsftpd", "pasv_promiscuous=NO"],
      ["ProFTPD", "AllowForeignAddress off"],
      ["FileZilla Server", "Security: require matching peer IP address of control and data connection"],
      ["server", "data connections in TLS, with session resumption required"],
    ],
  },
  D47: {
    title: "something on the way rewrites the FTP conversation",
    why: "What the server says inside SSH is not what arrives directly, so a NAT or firewall in between reads FTP and puts other addresses in (nf_nat_ftp, an ALG). It helps as long as it is right, and it is blind to TLS.",
    remedies: [
      ["nftables", "at the NAT: no ct helper ftp, and the server's passive ports forwarded instead"],
      ["cloud firewall", "switch the FTP ALG off at the router, and admit the passive ports"],
      ["client", "EPSV or TLS, which it cannot rewrite"],
    ],
    instead: tunnel,
  },
  D48: {
    title: "something on the way forgets an idle control connection",
    why: "After a time without a word nobody answers any more, and the server has not ended the session. A NAT or firewall has dropped it; during a transfer that takes as long the control connection is as idle, and 226 never comes.",
    remedies: [
      ["client", "NOOP every minute, during transfers too, as Sallyport's client and tunnel send it"],
      ["client", "TCP keepalive: curl --keepalive-time 60; sysctl net.ipv4.tcp_keepalive_time=60"],
      ["nftables", "at the NAT: sysctl net.netfilter.nf_conntrack_tcp_timeout_established=7200 or more"],
      ["cloud firewall", "raise its idle time-out (AWS NAT gateway 350 s, Azure 4 minutes)"],
      ["vsftpd", "it sets TCP keepalive by itself; lower net.ipv4.tcp_keepalive_time at the server"],
    ],
    instead: tunnel,
  },
  D49: {
    title: "a file came back changed",
    why: "What was stored in binary mode and read in binary mode is not the same. Something on the way or at the server rewrites data: a virus scanner, an ALG, or a server that converts line ends in spite of TYPE I.",
    remedies: [
      [
        "client",
        "TLS or SSH, inside which nobody on the way can change anything: when it is equal there, it is the way",
      ],
      ["server", "look for modules that convert or scan uploads"],
    ],
    instead: "sallyport put --verify --via SSH FILE ftp://FTP/",
  },
  D50: {
    title: "small transfers work and larger ones stall",
    why: "A listing came, and a file of 64 KiB did not get through. Packets of full size are lost on the way: a link with a smaller MTU, and a firewall that drops the ICMP messages which say so.",
    remedies: [
      ["nftables", "nft add rule inet filter forward tcp flags syn tcp option maxseg size set rt mtu"],
      ["nftables", "accept icmp type destination-unreachable and icmpv6 type packet-too-big"],
      ["client", "ip link set dev INTERFACE mtu 1400; sysctl net.ipv4.tcp_mtu_probing=1"],
    ],
    instead: tunnel,
  },
  D51: {
    title: "the server takes no file there",
    why: "It refused the upload and said why: what the user may do, where, or how much. Nothing is wrong with the way.",
    remedies: [
      ["client", "--write with a directory in which the user may write"],
      ["vsftpd", "write_enable=YES, for anonymous anon_upload_enable=YES; the directory must belong to the user"],
      ["ProFTPD", "no <Limit WRITE> with DenyAll; AllowOverwrite, AllowStoreRestart"],
      [
        "Pure-FTPd",
        "no MaxDiskUsage (-k), AnonymousCantUpload (-i) or quota (-n) in the way; the user's rights in the file system",
      ],
    ],
  },
  D52: {
    title: "the doctor's file could not be removed",
    why: "The server takes files and deletes none for this user, or the session was lost. What the doctor made is still there.",
    remedies: [["client", "delete the file that the evidence names, as a user who may"]],
  },
};
