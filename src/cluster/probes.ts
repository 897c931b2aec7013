import {isAtLeast, type Look, neighbourTable, version} from './doctor/look.ts'
import {allowNamespaces, installPackage, loadModules, onlyRoot, openTun, type Remedy} from './doctor/remedy.ts'

/** One thing that podlab wants of the machine, how to find out, and what to do where it is not there. */
export type Probe = {
  readonly name: string
  /** What it is good for. */
  readonly gives: string
  /** `required`: no lab without it. `optional`: a lab that wants it is refused, with this remedy. */
  readonly need: 'required' | 'optional'
  readonly find: Trial | Look
  /** The kernel modules that bring it, where it is a matter of modules. */
  readonly modules?: readonly string[]
  readonly remedies: readonly Remedy[]
}

/** Found out by doing it: a shell script, the first process of a scratch sandbox, that succeeds where the machine can. */
export type Trial = {
  readonly script: string
  /** The program that the script is about, with its Debian package, if it may be missing. */
  readonly program?: readonly [name: string, debianPackage: string]
}

/** In the order in which a learner would ask. The scripts hold no words of anybody's but podlab's. */
export const probes: readonly Probe[] = [
  {
    name: 'kernel',
    gives: 'Linux 5.11 or newer',
    need: 'required',
    find: ({kernel}) => ({able: isAtLeast(kernel, [5, 11]), said: kernel}),
    remedies: [
      {when: ({place}) => place === 'wsl', say: () => 'On Windows, type: wsl --update'},
      {say: () => 'Use a newer release of your system, or a virtual machine (docs/machines.md)'},
    ],
  },
  {
    name: 'namespaces',
    gives: 'the sandbox that a lab lives in',
    need: 'required',
    find: {script: 'true', program: ['unshare', 'util-linux']},
    remedies: allowNamespaces,
  },
  {
    name: 'sandbox files',
    gives: 'private /proc, /sys and /run',
    need: 'required',
    find: {script: 'mount -t proc proc /proc && mount -t sysfs sysfs /sys && mount -t tmpfs tmpfs /run'},
    remedies: [
      {
        when: ({place}) => place !== 'plain' && place !== 'wsl' && place !== 'github-actions',
        say: () => 'A container with a masked /proc forbids it. Start it with --privileged (docs/machines.md)',
      },
      ...allowNamespaces,
    ],
  },
  {
    name: 'overlay',
    gives: 'a writable layer for every container',
    need: 'required',
    find: {
      script:
        'mount -t tmpfs t /mnt && mkdir /mnt/u /mnt/w /mnt/r && mount -t overlay o /mnt/r -o lowerdir=/usr,upperdir=/mnt/u,workdir=/mnt/w,userxattr',
    },
    modules: ['overlay'],
    remedies: loadModules('overlay'),
  },
  {
    name: 'iproute2',
    gives: 'links, addresses and routes',
    need: 'required',
    find: ({versions}) => version(versions.iproute2),
    remedies: installPackage('iproute2'),
  },
  {
    name: 'veth and bridge',
    gives: 'pods on docker0',
    need: 'required',
    find: {
      script:
        'ip link add docker0 type bridge && ip link add veth0 type veth peer name veth1 && ip link set veth0 master docker0',
      program: ['ip', 'iproute2'],
    },
    modules: ['veth', 'bridge'],
    remedies: loadModules('veth', 'bridge'),
  },
  {
    name: 'vxlan',
    gives: 'the flannel overlay between nodes',
    need: 'required',
    find: {
      script: 'ip link add flannel.1 type vxlan id 1 dstport 8472 nolearning',
      program: ['ip', 'iproute2'],
    },
    modules: ['vxlan'],
    remedies: loadModules('vxlan'),
  },
  {
    name: 'iptables',
    gives: "kube-proxy's rules",
    need: 'required',
    find: {
      script:
        'iptables -t nat -N K && iptables -t nat -A K -m comment --comment c -m statistic --mode random --probability 0.5 -j MARK --or-mark 0x4000 && ' +
        'iptables -t nat -A K -p tcp -m addrtype --dst-type LOCAL -m tcp --dport 80 -j DNAT --to-destination 10.0.0.1:80 && ' +
        'iptables -t nat -A POSTROUTING -m mark --mark 0x4000/0x4000 -j MASQUERADE --random-fully && iptables -A FORWARD -m conntrack --ctstate INVALID -j DROP',
      program: ['iptables', 'iptables'],
    },
    modules: [
      'nf_conntrack',
      'nft_compat',
      'xt_comment',
      'xt_statistic',
      'xt_addrtype',
      'xt_mark',
      'xt_nat',
      'xt_MASQUERADE',
      'xt_conntrack',
    ],
    remedies: loadModules(
      'nf_tables',
      'nft_compat',
      'xt_comment',
      'xt_statistic',
      'xt_addrtype',
      'xt_mark',
      'xt_nat',
      'xt_MASQUERADE',
      'xt_conntrack',
    ),
  },
  {
    name: 'iptables version',
    gives: 'which of the two iptables writes the rules',
    need: 'required',
    find: ({versions}) => version(versions.iptables),
    remedies: installPackage('iptables'),
  },
  {
    name: 'br_netfilter',
    gives: 'Services between pods of one node',
    need: 'required',
    find: {
      script: 'f=/proc/sys/net/bridge/bridge-nf-call-iptables; test -w $f || { echo "there is no $f" >&2; exit 1; }',
    },
    modules: ['br_netfilter'],
    remedies: loadModules('br_netfilter'),
  },
  {
    name: 'busybox',
    gives: 'the busybox image',
    need: 'required',
    find: {
      script:
        'head -c 4096 "$(command -v busybox)" | grep -q "ld-linux\\|ld-musl" && { echo "busybox is not a static program" >&2; exit 1; } || true',
      program: ['busybox', 'busybox-static'],
    },
    remedies: installPackage('busybox-static'),
  },
  {
    name: 'nftables',
    gives: "kube-proxy's nftables mode",
    need: 'optional',
    find: {script: 'nft add table ip kube-proxy', program: ['nft', 'nftables']},
    modules: ['nf_tables'],
    remedies: loadModules('nf_tables'),
  },
  {
    name: 'ipset',
    gives: "kube-proxy's ipvs mode",
    need: 'optional',
    find: {script: 'ipset create KUBE-LOOP-BACK hash:ip,port,ip', program: ['ipset', 'ipset']},
    modules: ['ip_set', 'ip_set_hash_ipportip', 'ip_set_hash_ipport', 'ip_set_bitmap_port', 'xt_set'],
    remedies: loadModules('ip_set', 'xt_set'),
  },
  {
    name: 'ip_vs',
    gives: "kube-proxy's ipvs mode",
    need: 'optional',
    find: {script: 'ipvsadm -A -t 10.96.0.10:53 -s rr', program: ['ipvsadm', 'ipvsadm']},
    modules: [
      'ip_vs',
      'ip_vs_rr',
      'ip_vs_wrr',
      'ip_vs_lc',
      'ip_vs_wlc',
      'ip_vs_sh',
      'ip_vs_dh',
      'ip_vs_sed',
      'ip_vs_nq',
      'ip_vs_mh',
      'xt_ipvs',
    ],
    remedies: onlyRoot(loadModules('ip_vs', 'ip_vs_rr', 'xt_ipvs')),
  },
  {
    name: 'dummy',
    gives: 'kube-ipvs0',
    need: 'optional',
    // A dummy module that the kernel loads by itself makes a dummy0 outside of the sandbox.
    find: {
      script:
        'test -e /sys/module/dummy || ! modprobe -nq dummy 2>/dev/null || modprobe dummy numdummies=0 && ip link add kube-ipvs0 type dummy',
      program: ['ip', 'iproute2'],
    },
    modules: ['dummy'],
    remedies: loadModules('dummy'),
  },
  {
    name: 'tun',
    gives: 'the flannel overlay in udp mode, as flannel does it',
    need: 'optional',
    find: {script: 'ip tuntap add flannel0 mode tun', program: ['ip', 'iproute2']},
    modules: ['tun'],
    remedies: openTun,
  },
  {
    name: 'wireguard',
    gives: 'an overlay that encrypts',
    need: 'optional',
    find: {script: 'ip link add wg0 type wireguard', program: ['ip', 'iproute2']},
    modules: ['wireguard'],
    remedies: loadModules('wireguard'),
  },
  {
    name: 'netem',
    gives: 'delay and loss on links',
    need: 'optional',
    find: {
      script: 'ip link add veth0 type veth peer name veth1 && tc qdisc add dev veth0 root netem delay 1ms',
      program: ['tc', 'iproute2'],
    },
    modules: ['sch_netem'],
    remedies: loadModules('sch_netem'),
  },
  {
    name: 'neighbour table',
    gives: 'room for the ARP entries of all pods together',
    need: 'optional',
    find: neighbourTable,
    remedies: [
      {
        say: () =>
          'Permanent entries, such as podlab writes, do not count. For more of the others, as root, type: sysctl -w net.ipv4.neigh.default.gc_thresh3=8192',
      },
    ],
  },
  {
    name: 'memory',
    gives: 'room for pods (0.4 MB each, and what runs in them)',
    need: 'optional',
    find: ({memory}) => ({able: memory.available >= 512, said: `${memory.available} of ${memory.total} MB free`}),
    remedies: [
      {
        when: ({place}) => place === 'wsl',
        say: () => 'Give WSL more: memory=4GB in .wslconfig, then wsl --shutdown on Windows',
      },
      {say: () => 'Small labs want 512 MB: end other programs, or give the virtual machine more'},
    ],
  },
]

/** The modules of all probes: what a machine of podlab's own loads when it starts. */
export const allModules: readonly string[] = [...new Set(probes.flatMap(({modules}) => modules ?? []))]
