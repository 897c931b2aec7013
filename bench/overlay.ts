/**
 * TCP from a pod to a pod of another node under each overlay, in a sandbox of its own: `node bench/overlay.ts [PAIRS]` (60 s; needs iperf3).
 *
 * Beside each stands the same topology made by hand with `ip`, and with the rules that flannel writes (without any rules, and so without
 * connection tracking, it is some 4 % faster). For udp there is a plain loop in C, where there is a compiler and /dev/net/tun. One
 * stream of a second through podlab's network and one through the other, turn about, PAIRS times (9). Medians in Gbit/s; `ratio` is
 * the median of podlab's to the other's of a pair, which a busy machine spoils less.
 */
import {execFileSync} from 'node:child_process'
import {accessSync, constants, mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {overlayBackends} from '../src/node/overlay/index.ts'
import {startSandbox} from '../test/real/_sandbox.ts'

const pairs = Number(process.argv[2] ?? 9)
const seconds = 1

const sandbox = await startSandbox('_overlay-host.ts')
if ('refused' in sandbox) throw new Error(sandbox.refused)
const {ask, stop} = sandbox
const folder = mkdtempSync(join(tmpdir(), 'podlab-bench-'))
try {
  const loop = compileLoop(folder)
  const tun = mayMakeTun()
  if (!tun) process.stdout.write('no /dev/net/tun for us: flannel0 is a veth pair\n')
  await ask('make', !tun)
  await ask('carry', 'vxlan', 'master', 'node1')
  await ask('attach', 'master', 'node1')
  await byHand('switch')
  await copyRules({master: 'hand-a', node1: 'hand-b'})

  const rows: Record<string, unknown>[] = []
  for (const [name, {overhead}] of Object.entries(overlayBackends)) {
    await ask('carry', name, 'master', 'node1')
    const other = name === 'udp' && (typeof loop !== 'string' || !tun) ? undefined : await byHand(name, 1500 - overhead)
    rows.push(await compare(name, other !== undefined))
  }
  if (typeof loop !== 'string') process.stdout.write(`nothing beside udp: ${loop.missing}\n`)
  console.table(rows)
} finally {
  stop()
  rmSync(folder, {recursive: true})
}

async function compare(overlay: string, hasOther: boolean) {
  const [ours, others]: [number[], number[]] = [[], []]
  for (let pair = 0; pair < pairs; pair++) {
    ours.push(await stream('pod-node1', 'pod-master', '172.17.13.2'))
    if (hasOther) others.push(await stream('hand-pod-b', 'hand-pod-a', '172.17.13.2'))
  }
  const ratios = ours.map((value, pair) => value / (others[pair] ?? value))
  return {
    overlay,
    podlab: median(ours).toFixed(2),
    'by hand': hasOther ? median(others).toFixed(2) : '-',
    ratio: hasOther ? median(ratios).toFixed(2) : '-',
    'all of podlab': ours.map(value => value.toFixed(1)).join(' '),
    'all by hand': others.map(value => value.toFixed(1)).join(' '),
  }
}

/** Gbit/s of one stream. */
async function stream(from: string, to: string, address: string): Promise<number> {
  const server = run(to, 'timeout', '20', 'iperf3', '-s', '-1')
  await run(to, 'timeout', '5', 'sh', '-c', 'until ss -ltn | grep -q :5201; do sleep 0.02; done')
  const {stdout} = await run(from, 'timeout', '15', 'iperf3', '-c', address, '-t', `${seconds}`, '-J')
  await server
  return JSON.parse(stdout).end.sum_received.bits_per_second / 1e9
}

/*
 * hand-pod-a ── docker0, hand-a ── eth0 10.0.20.4 ── hand-switch ── 10.0.20.11 eth0 ── hand-b, docker0 ── hand-pod-b, the same
 * addresses as podlab's; the steps of each overlay.
 */
async function byHand(step: string, mtu = 1500): Promise<true> {
  const a = {name: 'a', ip: '10.0.20.4', subnet: '172.17.13', mac: '02:42:ac:11:0d:00'}
  const b = {name: 'b', ip: '10.0.20.11', subnet: '172.17.12', mac: '02:42:ac:11:0c:00'}
  const ends = [[a, b] as const, [b, a] as const]
  const steps: Readonly<Record<string, string>> = {
    switch: `
      for n in hand-switch hand-a hand-b hand-pod-a hand-pod-b; do ip netns add $n; ip -n $n link set lo up; done
      ip -n hand-switch link add br0 type bridge
      ip -n hand-switch link set br0 up
      ip netns exec hand-switch sysctl -qw net.bridge.bridge-nf-call-iptables=0
      ${ends.map(([own]) => node(own)).join('\n')}`,
    vxlan: ends
      .map(
        ([own, peer]) => `
      ip -n hand-${own.name} link add flannel.1 mtu 1450 address ${own.mac} up type vxlan id 1 dev eth0 local ${own.ip} dstport 8472 nolearning
      ip -n hand-${own.name} addr add ${own.subnet}.0/32 dev flannel.1
      ip -n hand-${own.name} route add ${peer.subnet}.0/24 via ${peer.subnet}.0 dev flannel.1 onlink
      ip -n hand-${own.name} neigh add ${peer.subnet}.0 lladdr ${peer.mac} dev flannel.1
      ip netns exec hand-${own.name} bridge fdb add ${peer.mac} dev flannel.1 dst ${peer.ip}`,
      )
      .join('\n'),
    udp: ends
      .map(
        ([own, peer]) => `
      ip -n hand-${own.name} link del flannel.1
      setsid ip netns exec hand-${own.name} ${join(folder, 'udp-loop')} flannel0 ${own.ip} ${peer.subnet}.0 ${peer.ip} >/dev/null 2>&1 </dev/null &
      until ip -n hand-${own.name} link set flannel0 mtu 1472 up 2>/dev/null; do sleep 0.02; done
      ip -n hand-${own.name} addr add ${own.subnet}.0/32 dev flannel0
      ip -n hand-${own.name} route add 172.17.0.0/16 dev flannel0`,
      )
      .join('\n'),
    'host-gw': ends
      .map(
        ([own, peer]) => `
      ip -n hand-${own.name} route replace ${peer.subnet}.0/24 via ${peer.ip} dev eth0
      for d in flannel0 flannel.1; do ip -n hand-${own.name} link del $d 2>/dev/null || true; done`,
      )
      .join('\n'),
  }
  const sized = ends.map(
    ([{name}]) => `
      ip -n hand-${name} link set docker0 mtu ${mtu}
      ip -n hand-${name} link set pod mtu ${mtu}
      ip -n hand-pod-${name} link set eth0 mtu ${mtu}`,
  )
  const {code, stderr} = await run('underlay', 'sh', '-ec', [steps[step], ...sized].join('\n'))
  if (code !== 0) throw new Error(`by hand, ${step}: ${stderr}`)
  return true
}

function node({name, ip, subnet}: {name: string; ip: string; subnet: string}): string {
  return `
      ip -n hand-switch link add name ${name} type veth peer name eth0 netns hand-${name}
      ip -n hand-switch link set dev ${name} master br0 up
      ip -n hand-${name} link set eth0 up
      ip -n hand-${name} addr add ${ip}/24 dev eth0
      ip -n hand-${name} link add docker0 type bridge
      ip -n hand-${name} link set docker0 up
      ip -n hand-${name} addr add ${subnet}.1/24 dev docker0
      ip netns exec hand-${name} sysctl -qw net.ipv4.ip_forward=1
      ip -n hand-${name} link add pod type veth peer name eth0 netns hand-pod-${name}
      ip -n hand-${name} link set pod master docker0 up
      ip -n hand-pod-${name} link set eth0 up
      ip -n hand-pod-${name} addr add ${subnet}.2/24 dev eth0
      ip -n hand-pod-${name} route add default via ${subnet}.1`
}

/** flannel's rules are part of the way, too; both nodes of a pair have the same addresses. */
async function copyRules(nodes: Readonly<Record<string, string>>): Promise<void> {
  for (const [from, to] of Object.entries(nodes)) {
    const {stdout} = await run(from, 'iptables-save')
    await run(to, 'sh', '-ec', `iptables-restore <<'END'\n${stdout}END\n`)
  }
}

type Ran = {readonly code: number; readonly stdout: string; readonly stderr: string}

async function run(netns: string, ...argv: readonly string[]): Promise<Ran> {
  return (await ask('run', netns, ...argv)) as Ran
}

/** The path of the program, or why there is none. */
function compileLoop(to: string): string | {readonly missing: string} {
  const program = join(to, 'udp-loop')
  try {
    execFileSync('cc', ['-O2', '-o', program, join(import.meta.dirname, 'udp-loop.c')], {stdio: 'pipe'})
    return program
  } catch (error) {
    return {missing: `no C compiler that takes the loop: ${error instanceof Error ? error.message : error}`}
  }
}

function mayMakeTun(): boolean {
  try {
    accessSync('/dev/net/tun', constants.R_OK | constants.W_OK)
    return true
  } catch {
    return false
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}
