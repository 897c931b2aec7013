import {spawn} from 'node:child_process'
import {text} from 'node:stream/consumers'
import {systemPath} from '../../kernel/system-path.ts'

/** What to ask in a network namespace: the name of a piece, what it is about, and the command. None of its words is a user's. */
type Look = readonly [name: string, about: string, command: string]

const everywhere: readonly Look[] = [
  ['address', 'interfaces and addresses', 'ip -details address'],
  ['link-statistics', 'packets and errors of each interface', 'ip -statistics link'],
  ['route', 'routes of all tables', 'ip route show table all'],
  ['rule', 'which routing table when', 'ip rule'],
  ['neigh', 'the ARP table', 'ip neigh'],
  ['sockets', 'who listens, and open connections', 'ss -tuanp'],
  [
    'sysctl',
    'switches of the kernel',
    `sysctl -e ${['net.ipv4.ip_forward', 'net.ipv4.conf.all.rp_filter', 'net.ipv4.conf.default.rp_filter', 'net.ipv4.conf.all.route_localnet', 'net.ipv4.conf.all.arp_ignore', 'net.ipv4.ip_local_port_range', 'net.ipv6.conf.all.disable_ipv6', 'net.bridge.bridge-nf-call-iptables', 'net.netfilter.nf_conntrack_max', 'net.netfilter.nf_conntrack_count', 'net.ipv4.neigh.default.gc_thresh3', 'net.ipv4.vs.conntrack'].join(' ')}`,
  ],
]

const onNodes: readonly Look[] = [
  ['bridge-fdb', 'which MAC address is behind which port or node', 'bridge fdb'],
  ['bridge-link', "the bridges' ports", 'bridge -details link'],
  ['qdisc', 'queues, delay and loss', 'tc -statistics qdisc'],
  ['iptables', 'the rules with their counters', 'iptables-save -c'],
  ['nft', 'all of nftables, also what iptables put there', 'nft list ruleset'],
  ['ipset', 'sets of addresses', 'ipset list'],
  ['ipvs', 'the virtual servers', 'ipvsadm -Ln --stats'],
  ['conntrack', 'connections, and how they are rewritten', 'conntrack -L'],
  ['flannel', "flannel's subnet", 'cat /run/flannel/subnet.env'],
]

/** What a network namespace is to the lab: nodes have tables that pods have not. */
export type Place = 'node' | 'pod'

/** What was seen: the name of the piece, what it is about, and what the tool printed. */
export type Seen = {readonly name: string; readonly about: string; readonly text: string}

/**
 * Looks at a network namespace with the machine's tools, all in one shell. The shell joins the namespaces of their owner, but not the
 * pid namespace: so it is no trap when it has to be killed.
 */
export async function lookAtNetwork(
  {owner, rootless, place}: {owner: number; rootless: boolean; place: Place},
  signal: AbortSignal,
): Promise<readonly Seen[]> {
  const looks = place === 'node' ? [...everywhere, ...onNodes] : everywhere
  const user = rootless ? ['--user', '--preserve-credentials'] : []
  const shell = ['/bin/sh', '-c', scriptOf(looks)]
  const child = spawn('nsenter', [`--target=${owner}`, ...user, '--net', '--mount', '--', ...shell], {
    cwd: '/',
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: {PATH: systemPath, LC_ALL: 'C'},
  })
  const kill = () => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid, 'SIGKILL')
  }
  child.on('error', () => undefined) // there is no nsenter; then nothing is seen
  signal.addEventListener('abort', kill, {once: true})
  try {
    if (signal.aborted) kill()
    return seenIn(await text(child.stdout), looks)
  } finally {
    signal.removeEventListener('abort', kill)
  }
}

/* A letter that no tool prints begins each piece. One that hangs has three seconds. */
const mark = '\u0001'

function scriptOf(looks: readonly Look[]): string {
  return looks
    .map(([, , command]) => `printf '\\001'; timeout --foreground -k 1 3 ${command} 2>&1 | head -c 1000000`)
    .join('\n')
}

/** Each look with what it printed; one that never began is not among them. */
export function seenIn(output: string, looks: readonly (readonly [string, string, string])[]): readonly Seen[] {
  return output
    .split(mark)
    .slice(1)
    .flatMap((text, index) => {
      const look = looks[index]
      return look ? [{name: look[0], about: `${look[1]} (${look[2].slice(0, 40)})`, text}] : []
    })
}
