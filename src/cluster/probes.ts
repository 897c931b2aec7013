/** One thing that podlab wants of the machine, and how to find out by doing it. */
export type Probe = {
  readonly name: string
  /** What it is good for. */
  readonly gives: string
  /** `required`: no lab without it. `optional`: a lab that wants it is refused, with this remedy. */
  readonly need: 'required' | 'optional'
  /** A shell script, run as the first process of a scratch sandbox; it succeeds where the machine can do the thing. */
  readonly script: string
  readonly remedy: string
}

const newerKernel = 'Use a newer kernel: podlab wants Linux 5.11 or newer.'
const module = (name: string) =>
  `As root, type: modprobe ${name} (a container and some virtual machines have a kernel without it)`

/** In the order in which a learner would ask. The scripts hold no words of anybody's but podlab's. */
export const probes: readonly Probe[] = [
  {
    name: 'namespaces',
    gives: 'the sandbox that a lab lives in',
    need: 'required',
    script: 'true',
    remedy: 'podlab up says which switch forbids them.',
  },
  {
    name: 'sandbox files',
    gives: 'private /proc, /sys and /run',
    need: 'required',
    script: 'mount -t proc proc /proc && mount -t sysfs sysfs /sys && mount -t tmpfs tmpfs /run',
    remedy: 'A container with masked /proc forbids it; run podlab outside, or in a privileged container.',
  },
  {
    name: 'overlay',
    gives: 'a writable layer for every container',
    need: 'required',
    script:
      'mount -t tmpfs t /mnt && mkdir /mnt/u /mnt/w /mnt/r && mount -t overlay o /mnt/r -o lowerdir=/usr,upperdir=/mnt/u,workdir=/mnt/w,userxattr',
    remedy: newerKernel,
  },
  {
    name: 'veth and bridge',
    gives: 'pods on docker0',
    need: 'required',
    script:
      'ip link add docker0 type bridge && ip link add veth0 type veth peer name veth1 && ip link set veth0 master docker0',
    remedy: `${module('veth')}; modprobe bridge`,
  },
  {
    name: 'vxlan',
    gives: 'the flannel overlay between nodes',
    need: 'required',
    script: 'ip link add flannel.1 type vxlan id 1 dstport 8472 nolearning',
    remedy: module('vxlan'),
  },
  {
    name: 'iptables',
    gives: "kube-proxy's rules",
    need: 'required',
    script:
      'iptables -t nat -N K && iptables -t nat -A K -m comment --comment c -m statistic --mode random --probability 0.5 -j MARK --or-mark 0x4000 && ' +
      'iptables -t nat -A K -p tcp -m addrtype --dst-type LOCAL -m tcp --dport 80 -j DNAT --to-destination 10.0.0.1:80 && ' +
      'iptables -t nat -A POSTROUTING -m mark --mark 0x4000/0x4000 -j MASQUERADE --random-fully && iptables -A FORWARD -m conntrack --ctstate INVALID -j DROP',
    remedy:
      'As root, type: modprobe -a ip_tables iptable_nat nf_tables xt_comment xt_statistic xt_addrtype xt_MASQUERADE xt_conntrack',
  },
  {
    name: 'br_netfilter',
    gives: 'Services between pods of one node',
    need: 'required',
    script: 'test -w /proc/sys/net/bridge/bridge-nf-call-iptables',
    remedy: module('br_netfilter'),
  },
  {
    name: 'busybox',
    gives: 'the busybox image',
    need: 'required',
    script: 'b=$(command -v busybox) && ! head -c 4096 "$b" | grep -q ld-linux',
    remedy: 'Install a static busybox: apt-get install busybox-static',
  },
  {
    name: 'nftables',
    gives: "kube-proxy's nftables mode",
    need: 'optional',
    script: 'nft add table ip kube-proxy',
    remedy: module('nf_tables'),
  },
  {
    name: 'ipset',
    gives: "kube-proxy's ipvs mode",
    need: 'optional',
    script: 'ipset create KUBE-LOOP-BACK hash:ip,port,ip',
    remedy: `${module('ip_set')}; apt-get install ipset`,
  },
  {
    name: 'ip_vs',
    gives: "kube-proxy's ipvs mode",
    need: 'optional',
    script: 'ipvsadm -A -t 10.96.0.10:53 -s rr',
    remedy: `${module('ip_vs')}, and run podlab as root: an ordinary user may not use it; apt-get install ipvsadm`,
  },
  {
    name: 'dummy',
    gives: 'kube-ipvs0',
    need: 'optional',
    script: 'ip link add kube-ipvs0 type dummy',
    remedy: module('dummy'),
  },
  {
    name: 'tun',
    gives: 'the flannel overlay in udp mode',
    need: 'optional',
    script: 'ip tuntap add flannel0 mode tun',
    remedy: 'As root, type: modprobe tun; chmod 666 /dev/net/tun',
  },
  {
    name: 'netem',
    gives: 'delay and loss on links',
    need: 'optional',
    script: 'ip link add veth0 type veth peer name veth1 && tc qdisc add dev veth0 root netem delay 1ms',
    remedy: module('sch_netem'),
  },
]
