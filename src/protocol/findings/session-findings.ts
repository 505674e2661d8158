// What can be wrong before a data connection is asked for: SSH, the control connection, the login, TLS.
import { type FindingRow, tunnel } from "./finding.ts";

export type SessionFindingId =
  | "D19"
  | "D21"
  | "D23"
  | "D24"
  | "D25"
  | "D26"
  | "D27"
  | "D28"
  | "D30"
  | "D31"
  | "D32"
  | "D33"
  | "D34"
  | "D35"
  | "D36"
  | "D37"
  | "D38"
  | "D40"
  | "D41"
  | "D42"
  | "D43"
  | "D44"
  | "D53"
  | "D54";

export const sessionFindings: Readonly<Record<SessionFindingId, FindingRow>> = {
  D19: {
    scenario: "S19",
    title: "the server demands TLS",
    why: "It lets nobody in whose control connection is in the clear (RFC 4217). Inside SSH the password is protected without it, which the server cannot know.",
    remedies: [
      ["client", "AUTH TLS: curl --ssl-reqd, lftp `set ftp:ssl-force on`, sallyport ftp --tls"],
      ["vsftpd", "force_local_logins_ssl=NO and force_local_data_ssl=NO for clients that come through SSH"],
      ["ProFTPD", "TLSRequired off for a <VirtualHost> that listens on 127.0.0.1"],
      ["Pure-FTPd", "TLS 1 (-Y 1) in place of 2"],
      ["IIS", "FTP SSL Settings: Allow SSL connections"],
    ],
    instead:
      "sallyport --server-tls auto --server-tls-ca CERTIFICATE -L 2121:FTP SSH, and the client to localhost 2121 without TLS; or sallyport ftp --tls --via SSH FTP",
  },
  D21: {
    title: "the SSH host cannot be reached",
    why: "There is no SSH connection, so nothing can go through it. Host, port or a firewall in between is wrong, or sshd does not run.",
    remedies: [["client", "try ssh itself with -v; check the name, -p and the firewall"]],
  },
  D23: {
    title: "the SSH host's key is not the known one",
    why: "known_hosts has no key of this host, or another one. Without a key that is known nobody knows whether it is the right host.",
    remedies: [
      ["client", "log in once with ssh and compare the fingerprint; when the host has a new key: ssh-keygen -R HOST"],
    ],
  },
  D24: {
    title: "the SSH host does not let the user in",
    why: "It took none of the keys and passwords that were offered. User name, key or the host's AllowUsers is wrong.",
    remedies: [
      ["client", "user@ or -l, -i KEY, ssh-add -l"],
      ["sshd_config", "AllowUsers, AllowGroups, PubkeyAuthentication; the key in ~/.ssh/authorized_keys"],
    ],
  },
  D25: {
    title: "ssh itself cannot start",
    why: "The program is missing, or a line of ssh_config or an option is wrong. Nothing was sent to anybody.",
    remedies: [
      ["client", "ssh -G HOST shows what ssh makes of its settings; install openssh-client, or --ssh embedded"],
    ],
  },
  D26: {
    title: "the SSH host forwards nothing to the FTP server",
    why: "Its sshd prohibits direct-tcpip to this host and port, by AllowTcpForwarding, DisableForwarding, PermitOpen or the key's options. Data connections go to other ports of the same host, so these have to be allowed too.",
    remedies: [
      [
        "sshd_config",
        "AllowTcpForwarding yes (local carries passive modes only), no DisableForwarding, and no PermitOpen, or one with the host and port *: PermitOpen FTP-HOST:*",
      ],
      [
        "server",
        "in ~/.ssh/authorized_keys no `restrict` or `no-port-forwarding` before the key, or `restrict,port-forwarding`",
      ],
    ],
  },
  D27: {
    title: "the SSH host cannot reach the FTP server",
    why: "sshd tried to connect and failed. Name and port count as the SSH host sees them, and so does its firewall.",
    remedies: [
      ["server", "is the FTP server running, and may the SSH host reach it? On the SSH host: nc -vz FTP-HOST 21"],
      ["client", "name it as the SSH host knows it: localhost:21 when it runs there"],
    ],
  },
  D28: {
    title: "the SSH host does not listen for us",
    why: "Its sshd refuses tcpip-forward, by AllowTcpForwarding, PermitListen or the key's options. Only active mode between SSH host and FTP server needs it; passive mode does not.",
    remedies: [
      [
        "sshd_config",
        "AllowTcpForwarding yes, no DisableForwarding, and no PermitListen, or PermitListen 127.0.0.1:* (sshd compares the words, and localhost is another one); GatewayPorts clientspecified for other addresses than loopback",
      ],
      ["server", "ss -tlnp on the SSH host: a port that was asked for may be in use"],
    ],
    instead: "sallyport --back passive -L 2121:FTP SSH",
  },
  D30: {
    title: "the FTP server cannot connect to the SSH host",
    why: "In active mode the server has to reach a port at which the SSH host listens for us. sshd listens on loopback only unless GatewayPorts allows more, and a firewall may keep the server out.",
    remedies: [["sshd_config", "GatewayPorts clientspecified, for an FTP server on another host than sshd"]],
    instead: "sallyport --back passive -L 2121:FTP SSH",
  },
  D31: {
    title: "the name of the FTP server is not known here",
    why: "Nobody has an address for it. Through SSH the name is looked up at the SSH host, which may know it.",
    remedies: [["client", "check the spelling; a name that only the SSH host knows needs --via"]],
    instead: tunnel,
  },
  D32: {
    title: "nobody listens on the FTP port",
    why: "The host answers, and refuses the connection. The server does not run, listens on another port or address, or a firewall refuses for it.",
    remedies: [
      ["server", "ss -tlnp shows whether it runs, and on which address and port"],
      ["vsftpd", "listen=YES or listen_ipv6=YES, listen_address"],
      ["ProFTPD", "Port, DefaultAddress"],
    ],
    instead: tunnel,
  },
  D33: {
    title: "the FTP server does not answer",
    why: "No answer comes to the connection, not even a refusal. A firewall drops it, the address is wrong, or there is no route.",
    remedies: [
      ["nftables", "nft add rule inet filter input tcp dport 21 accept"],
      ["cloud firewall", "an inbound rule for TCP 21"],
    ],
    instead: tunnel,
  },
  D34: {
    title: "the server accepts and says nothing",
    why: "No greeting came. It may want TLS from the first byte (port 990), look up our name for long, or be no FTP server.",
    remedies: [
      ["client", "ftps:// for TLS from the first byte"],
      ["vsftpd", "reverse_lookup_enable=NO"],
      ["ProFTPD", "UseReverseDNS off"],
    ],
  },
  D35: {
    title: "it does not answer as an FTP server",
    why: "Something else listens there, or something in between answers for it. An FTP session begins with 220.",
    remedies: [["client", "check host and port: 22 is SSH, 990 FTP inside TLS"]],
  },
  D36: {
    title: "the server does not let the user in",
    why: "It refused the login. Data connections come only after it, so they could not be tried.",
    remedies: [["client", "user with -u, the password when it is asked for"]],
  },
  D37: {
    title: "the server takes no more sessions",
    why: "It answered 421: too many sessions from this address, or in all. Later, or with fewer at once, it takes one.",
    remedies: [
      ["vsftpd", "max_clients, max_per_ip"],
      ["ProFTPD", "MaxClients, MaxClientsPerHost"],
      ["Pure-FTPd", "MaxClientsNumber, MaxClientsPerIP"],
    ],
  },
  D38: {
    title: "TLS fails",
    why: "The certificate is not trusted, or both sides have no version of TLS in common. Nothing was sent without it.",
    remedies: [
      [
        "client",
        "--tls-ca FILE with the issuer's certificate, the name that the certificate has, or ftps:// for implicit TLS",
      ],
    ],
  },
  D40: {
    title: "the session was idle for too long",
    why: "The server ends sessions in which nothing is said for a time, or a firewall forgets them. During a long transfer the control connection is idle, too.",
    remedies: [
      ["vsftpd", "idle_session_timeout=600, data_connection_timeout=300"],
      ["ProFTPD", "TimeoutIdle, TimeoutNoTransfer, TimeoutStalled"],
      ["Pure-FTPd", "MaxIdleTime (-I)"],
      ["sshd_config", "through SSH: no ChannelTimeout for direct-tcpip"],
      ["client", "NOOP every minute: Sallyport's client and tunnel send it by themselves"],
    ],
    instead: tunnel,
  },
  D41: {
    title: "the forwarded port is in use on this machine",
    why: "ssh -L could not listen, so no forward is there. Another ssh or another program has the port.",
    remedies: [
      [
        "client",
        "another port, or ss -tlnp to see who has it; ssh -o ExitOnForwardFailure=yes does not go on without it",
      ],
    ],
    instead: "sallyport -L 0:FTP SSH, which picks a free port and says which",
  },
  D42: {
    title: "the SSH connection was lost",
    why: "The network or the SSH host went away, or something on the way forgot an idle connection. Transfers that went through it are broken.",
    remedies: [
      ["client", "ServerAliveInterval 15 in ssh_config; Sallyport sends it by itself, and connects again"],
      ["sshd_config", "ClientAliveInterval 15; ChannelTimeout and UnusedConnectionTimeout end quiet connections"],
    ],
    instead: tunnel,
  },
  D43: {
    title: "one of the server's addresses does not answer",
    why: "Its name has several addresses, and not all of them let us in. Clients try them in turn, many in the order of the list, and wait for a dead one each time before they go on; one that refuses costs no time.",
    remedies: [
      ["server", "listen on that address as well, or take it out of the DNS (an AAAA record of a server without IPv6)"],
      ["vsftpd", "listen_ipv6=YES and listen=NO listens on both families"],
      ["ProFTPD", "UseIPv6 on, DefaultAddress with every address"],
      ["client", "the address that answers in place of the name; curl -4 or -6, lftp `set dns:order`, ftp -4"],
    ],
    instead: tunnel,
  },
  D44: {
    title: "the server stops answering in the middle of the session",
    why: "The connection is there, and a command was not answered in time. The server hangs (a name or user look-up, a dead network file system), or a firewall has swallowed the command.",
    remedies: [
      ["server", "its log and ps show what the session's process waits for; strace -p shows the call"],
      ["vsftpd", "reverse_lookup_enable=NO; look at PAM's modules"],
      ["ProFTPD", "UseReverseDNS off, IdentLookups off; look at the modules that authenticate"],
    ],
  },
  D53: {
    title: "the SSH host opens forwarded ports to everybody",
    why: "Its sshd has GatewayPorts yes, so what is asked for on loopback is reached from everywhere. Strangers can call the ports at which data connections are awaited, and every -R of anybody's.",
    remedies: [["sshd_config", "GatewayPorts no, or clientspecified, which listens where the client asks"]],
  },
  D54: {
    title: "the SSH host carries connections and opens no session",
    why: "No command and no SFTP is allowed there (MaxSessions 0, or a rule for this user). The tunnel needs neither; an sshd before 10.1 sends small messages late without one, so each file takes two round trips more.",
    remedies: [
      ["sshd_config", "MaxSessions 1 or more for this user"],
      ["client", "-N of sallyport does not even ask"],
    ],
    instead: "sallyport -N -L 2121:FTP SSH",
  },
};
