# The process behind long-link.ts: a cable between two TUN devices on which every packet, TCP's handshake among them, takes
# a while. Perl, because Node cannot make a TUN device. Arguments: delay in ms of one direction, names of the two devices.
use strict;
use warnings;
use Errno;
use Fcntl;
use Time::HiRes qw(time);

# linux/if_tun.h. With virtio headers and TSO the kernel hands over up to 64 KiB as one packet, as to a good network card,
# so that the cable is not the bottleneck: an MTU of 1500 and the slow start that belongs to it stay.
use constant { TUNSETIFF => 0x400454ca, TUNSETOFFLOAD => 0x400454d0 };
use constant { IFF_TUN => 0x0001, IFF_NO_PI => 0x1000, IFF_VNET_HDR => 0x4000, TUN_F_CSUM => 1, TUN_F_TSO4 => 2 };
use constant { PACKET_MAX => 70_000, BURST_MAX => 64 };

sub tun {
  my ($name) = @_;
  sysopen(my $tun, "/dev/net/tun", O_RDWR | O_NONBLOCK) or die "/dev/net/tun: $!\n";
  my $request = pack("a16 S x22", $name, IFF_TUN | IFF_NO_PI | IFF_VNET_HDR);
  ioctl($tun, TUNSETIFF, $request) or die "TUNSETIFF $name: $!\n";
  ioctl($tun, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4) or die "TUNSETOFFLOAD $name: $!\n";
  return $tun;
}

my ($delay_ms, @names) = @ARGV;
my @ends = map { tun($_) } @names;
my @queues = ([], []);    # of [when due, packet]: what came in at this end
my $both = "";
vec($both, fileno($_), 1) = 1 for @ends;
$| = 1;
print "the cable is plugged in\n";

while (1) {
  my $wait;
  for my $end (0, 1) {
    my ($queue, $now) = ($queues[$end], time);
    while (@$queue && $queue->[0][0] <= $now) {
      my $packet = (shift @$queue)->[1];
      syswrite($ends[1 - $end], $packet) // $!{EIO} or die "lost a packet: $!\n";    # EIO: the far device is not up yet
    }
    next unless @$queue;
    my $until_next = $queue->[0][0] - $now;
    $wait = $until_next if !defined $wait || $until_next < $wait;
  }
  select(my $readable = $both, undef, undef, $wait);
  my $due = time + $delay_ms / 1000;
  for my $end (0, 1) {
    for (1 .. BURST_MAX) {
      sysread($ends[$end], my $packet, PACKET_MAX) or last;
      push @{ $queues[$end] }, [$due, $packet];
    }
  }
}
