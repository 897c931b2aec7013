/**
 * What a pod's network costs through the linux kernel, in a sandbox of its own: `node bench/kernel.ts` (as root or not, 10 s).
 *
 * So many pods on one node: their namespaces are made; the node's half is applied in one go (bridge, a veth pair with hairpin and a
 * permanent neighbour for each pod); each pod's half is applied (loopback, address, default route, permanent neighbour), two pods
 * at a time; the node is observed; all pods' links are deleted in one go. In ms per pod; `ratio` is the sum against that of
 * the smallest number of pods, and stays near 1 when the cost is linear.
 */
import {diff} from '../src/kernel/diff.ts'
import type {Kernel} from '../src/kernel/kernel.ts'
import type {Op} from '../src/kernel/op.ts'
import {emptyNetns, type Link, type NetnsState} from '../src/kernel/state.ts'
import {cidrOf, nth, parseCidr, parseNetwork} from '../src/net/cidr.ts'
import {vethName} from '../src/net/interface-name.ts'
import type {Ip} from '../src/net/ip.ts'
import {macOf} from '../src/net/mac.ts'
import {startKernel} from '../test/real/_kernel.ts'

const counts = [10, 100, 300]
const subnet = parseNetwork('172.17.0.0/16')
const gateway = nth(subnet, 1)
const mtu = 1450

const sandbox = await startKernel()
if ('refused' in sandbox) throw new Error(sandbox.refused)
await measure(sandbox.kernel, 10) // warm
const rows: Awaited<ReturnType<typeof measure>>[] = []
for (const count of counts) rows.push(await measure(sandbox.kernel, count))
sandbox.stop()

const base = rows[0]?.sum ?? 1
console.table(
  rows.map(({pods, steps, sum}) => ({
    pods,
    ...Object.fromEntries(Object.entries(steps).map(([name, ms]) => [name, ms.toFixed(2)])),
    'sum, ms per pod': sum.toFixed(2),
    ratio: (sum / base).toFixed(2),
  })),
)

/** The cost of each step in ms per pod. */
async function measure(kernel: Kernel, pods: number) {
  const node = `node-${pods}`
  const places = Array.from({length: pods}, (_, pod) => ({netns: `pod-${pod}`, ip: nth(subnet, pod + 2)}))
  await kernel.create(node)
  const steps = {
    create: await time(() => eachOf(places, ({netns}) => kernel.create(netns))),
    "node's half": await time(() => kernel.apply(node, diff(emptyNetns, nodeState(places)))),
    "pods' half": await time(() => eachOf(places, ({netns, ip}) => kernel.apply(netns, podOps(node, ip)))),
    observe: await time(() => kernel.observe(node)),
    delete: await time(() => kernel.apply(node, diff(nodeState(places), nodeState([])))),
  }
  await eachOf(places, ({netns}) => kernel.remove(netns))
  await kernel.remove(node)
  const perPod = Object.fromEntries(Object.entries(steps).map(([name, ms]) => [name, ms / pods]))
  return {pods, steps: perPod, sum: Object.values(perPod).reduce((sum, ms) => sum + ms, 0)}
}

type Place = {readonly netns: string; readonly ip: Ip}

function nodeState(places: readonly Place[]): NetnsState {
  const bridge: Link = {name: 'docker0', kind: {type: 'bridge'}, up: true, mtu, mac: macOf(gateway)}
  const veths = places.map(
    ({netns, ip}): Link => ({
      ...{name: vethName(netns), up: true, mtu, master: 'docker0', hairpin: true},
      kind: {type: 'veth', peer: {netns, name: 'eth0', mac: macOf(ip), mtu}},
    }),
  )
  return {
    ...emptyNetns,
    links: [bridge, ...veths],
    addresses: [{link: 'docker0', address: cidrOf(gateway, 16)}],
    neighbours: places.map(({ip}) => ({link: 'docker0', ip, mac: macOf(ip)})),
  }
}

/** The other end is there, down: a pod's half is the way from that to this. */
function podOps(node: string, ip: Ip): readonly Op[] {
  const eth0: Link = {
    ...{name: 'eth0', up: true, mtu, mac: macOf(ip)},
    kind: {type: 'veth', peer: {netns: node, name: ''}},
  }
  const lo: Link = {name: 'lo', kind: {type: 'loopback'}, up: true, mtu: 65536}
  const born = {...emptyNetns, links: [{...eth0, up: false}]}
  return diff(born, {
    ...emptyNetns,
    links: [lo, eth0],
    addresses: [{link: 'eth0', address: cidrOf(ip, 16)}],
    routes: [{to: parseCidr('0.0.0.0/0'), via: gateway, link: 'eth0'}],
    neighbours: [{link: 'eth0', ip: gateway, mac: macOf(gateway)}],
  })
}

/** Two at a time, as there are two processors to share. */
async function eachOf<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values()
  const worker = async () => {
    for (const item of queue) await act(item)
  }
  await Promise.all([worker(), worker()])
}

async function time(act: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await act()
  return performance.now() - start
}
