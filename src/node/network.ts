import {changes} from '../kernel/diff.ts'
import type {Kernel} from '../kernel/kernel.ts'
import type {Op} from '../kernel/op.ts'
import {planBetween} from '../kernel/rules/iptables.ts'
import {emptyNetns, type NetnsState} from '../kernel/state.ts'
import type {Cidr} from '../net/cidr.ts'
import type {Ip} from '../net/ip.ts'
import {type AddressPool, addressPool, allocate, release} from './ipam.ts'
import {flannelPlan, podMtu} from './overlay/flannel.ts'
import type {Lease, OverlayBackend, Underlay} from './overlay/overlay-backend.ts'
import {joinContributions, type NodePlan} from './plan.ts'
import {podNetnsPlan, podsPlan} from './pods/plan.ts'
import type {PodNetwork} from './pods/pod-table.ts'

/** A node's part of the pod network: docker0 with its pods, and flannel's way to the other nodes. */
export type NodeNetwork = PodNetwork & {
  /** Knows the other nodes' leases from now on; the kernel does when it resolves. */
  setPeers(peers: readonly Lease[]): Promise<void>
}

export type NetworkContext = {
  readonly netns: string
  readonly kernel: Kernel
  readonly backend: OverlayBackend
  readonly network: Cidr
  readonly self: Lease
  readonly underlay: Underlay
  /** What the node has before any component comes: its link to the underlay. */
  readonly machine: Partial<NetnsState>
  readonly writeFile: WriteFile
}

/** Writes a file in the node, by its absolute path there; folders on the way are made. */
export type WriteFile = (path: string, text: string) => void

/**
 * Keeps the network of one node. Each change of what is wanted becomes a plan, and the step from the last plan to it is applied:
 * what a learner changed by hand meanwhile stays until a component writes the same thing again.
 */
export function createNetwork(context: NetworkContext): NodeNetwork {
  const {kernel, netns, backend, underlay, self} = context
  const shared = {subnet: self.subnet, mtu: podMtu(backend, underlay)}
  const pods = new Map<string, Ip>()
  let pool: AddressPool = addressPool(self.subnet)
  let peers: readonly Lease[] = []
  let applied: NodePlan | undefined
  let queue: Promise<void> = Promise.resolve()

  const wanted = (): NodePlan =>
    joinContributions([
      {state: context.machine},
      podsPlan(
        shared,
        [...pods].map(([name, ip]) => ({netns: name, ip})),
      ),
      flannelPlan({backend, network: context.network, self, peers, underlay}),
    ])

  const converge = () => {
    const work = queue.then(async () => {
      const next = wanted()
      await kernel.apply(netns, opsBetween(applied ?? (await presentPlan(kernel, netns, next)), next))
      for (const [path, text] of Object.entries(next.files))
        if (applied?.files[path] !== text) context.writeFile(path, text)
      applied = next
    })
    queue = work.catch(() => undefined) // whoever called hears of it; the next call begins anew
    return work
  }

  return {
    setPeers: async next => {
      peers = next
      await converge()
    },
    attach: async names => {
      const places = names.map(name => {
        const given = allocate(pool, name)
        pool = given.pool
        pods.set(name, given.ip)
        return {netns: name, ip: given.ip}
      })
      await converge()
      await Promise.all(
        places.map(place => connect(kernel, place.netns, podNetnsPlan(shared, {...place, node: netns}))),
      )
      return new Map(places.map(({netns: name, ip}) => [name, ip]))
    },
    detach: async names => {
      for (const name of names) {
        pool = release(pool, name)
        pods.delete(name)
      }
      await converge()
    },
  }
}

function opsBetween(previous: NodePlan, next: NodePlan): readonly Op[] {
  const rules = next.rules.flatMap((plan): Op[] => {
    const change = planBetween(
      previous.rules.find(({owner}) => owner === plan.owner),
      plan,
    )
    return change ? [{op: 'changeRules', change}] : []
  })
  return [...changes(previous.state, next.state), ...rules]
}

/* What the node's namespace holds before the first plan: the link that the underlay put there. */
async function presentPlan(kernel: Kernel, netns: string, next: NodePlan): Promise<NodePlan> {
  return {state: await kernel.observe(netns, Object.keys(next.state.sysctls)), rules: [], files: {}}
}

/* A new pod's namespace holds its end of the veth pair, as the node's batch made it. */
async function connect(kernel: Kernel, netns: string, wanted: NetnsState): Promise<void> {
  const born: NetnsState = {...emptyNetns, links: wanted.links.map(link => ({...link, up: false}))}
  await kernel.apply(netns, changes(born, wanted))
}
