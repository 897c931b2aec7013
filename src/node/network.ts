import {changes} from '../kernel/diff.ts'
import type {Kernel} from '../kernel/kernel.ts'
import {linkOfSysctl} from '../kernel/observe/sysctls.ts'
import type {Op} from '../kernel/op.ts'
import {emptyNetns, type NetnsState} from '../kernel/state.ts'
import type {Cidr} from '../net/cidr.ts'
import type {Ip} from '../net/ip.ts'
import type {Daemons} from './daemon.ts'
import {keepDaemons} from './daemon-keeper.ts'
import {printOf} from './hand.ts'
import {hostPortsPlan, type MappedPod} from './host-ports/host-ports.ts'
import {type AddressPool, addressPool, allocate, allocateLast, release} from './ipam.ts'
import {flannelPlan, podMtu} from './overlay/flannel.ts'
import type {Lease, OverlayBackend, Underlay} from './overlay/overlay-backend.ts'
import {withoutProxy} from './own-state.ts'
import {observing, packetOps, packetOpsInFull} from './packet-plans.ts'
import {joinContributions, type NodePlan, type PacketPlan} from './plan.ts'
import {PlanError} from './plan-error.ts'
import {bridge, type PodPlace, type PodSegment, podNetnsPlan, podsPlan, secondAddress} from './pods/plan.ts'
import type {PodNetwork} from './pods/pod-table.ts'

/** A node's part of the pod network: docker0 with its pods, and flannel's way to the other nodes. */
export type NodeNetwork = PodNetwork & {
  /**
   * Knows the other nodes' leases from now on, and by which backend packets are carried to them (the present one when left out).
   * The kernel does when it resolves; another backend may leave the pods another MTU, and they have it by then.
   */
  setPeers(peers: readonly Lease[], backend?: OverlayBackend): Promise<void>
  /** The rules that were written last. */
  rules(): readonly PacketPlan[]
  /** What people should know of it. */
  notes(): readonly string[]
}

export type NetworkContext = {
  readonly netns: string
  readonly kernel: Kernel
  readonly backend: OverlayBackend
  readonly network: Cidr
  /** The pod network of IPv6, in a dual-stack cluster. */
  readonly network6?: Cidr
  readonly self: Lease
  readonly underlay: Underlay
  /** The addresses that pods have from before, by the names of their namespaces: they get the same again. */
  readonly addresses?: ReadonlyMap<string, Ip>
  /** The node may have rules of an agent before this one. */
  readonly again?: boolean
  /** Whether flannel leaves its way to the peers alone once a hand has changed it. */
  readonly handWins?: () => boolean
  /** What the node has before any component comes: its link to the underlay. */
  readonly machine: Partial<NetnsState>
  readonly writeFile: WriteFile
  readonly daemons: Daemons
  /** Hears of a daemon that ended by itself; its device is gone by then. The next `setPeers` begins anew with both. */
  readonly daemonDied: (error: Error) => void
}

/** Writes a file in the node, by its absolute path there; folders on the way are made. */
export type WriteFile = (path: string, text: string) => void

/**
 * Keeps the network of one node. Each change of what is wanted becomes a plan, and the step from the last plan to it is applied:
 * what a learner changed by hand meanwhile stays until a component writes the same thing again.
 */
export function createNetwork(context: NetworkContext): NodeNetwork {
  const {kernel, netns, underlay, self} = context
  const pods = new Map<string, PodPlace>()
  /* What the pods' own namespaces hold, by name. */
  const insides = new Map<string, NetnsState>()
  let pool: AddressPool = addressPool(self.subnet, context.addresses)
  let {backend} = context
  let peers: readonly Lease[] = []
  let applied: NodePlan | undefined
  let queue: Promise<void> = Promise.resolve()
  /* What the kernel had after flannel's last write, in a lab where the hand wins. */
  let left: string | undefined
  let isLeftAlone = false

  const segment = (): PodSegment => ({
    subnet: self.subnet,
    ...(self.ipv6 && {subnet6: self.ipv6.subnet}),
    mtu: podMtu(backend, underlay),
  })

  const wanted = (): NodePlan =>
    joinContributions([
      {state: context.machine},
      podsPlan(segment(), [...pods.values()]),
      hostPortsPlan([...pods.values()].flatMap(mappedOf)),
      flannelPlan({
        ...{backend, network: context.network, self, peers, underlay},
        ...(context.network6 && {network6: context.network6}),
      }),
    ])

  const daemons = keepDaemons(context.daemons, {
    netns,
    died: ({device}, error) => {
      const clear = inTurn(async () => {
        await kernel.apply(netns, [{op: 'deleteLink', name: device}])
        applied = applied && {...applied, state: withoutLink(applied.state, device)}
      })
      void Promise.allSettled([clear]).then(() => context.daemonDied(error))
    },
  })

  const convergeNode = async () => {
    const next = wanted()
    await daemons.stopOthers(next.daemons)
    if (applied === undefined && context.again) await replaceRules(next)
    const before = applied ?? {...(await presentPlan(kernel, netns, next)), ...(context.again && {rules: next.rules})}
    await kernel.apply(netns, opsBetween(before, next))
    for (const [path, text] of Object.entries(next.files))
      if (applied?.files[path] !== text) context.writeFile(path, text)
    applied = next
    await daemons.startMissing(next.daemons)
  }

  const replaceRules = async ({rules}: NodePlan) => {
    await kernel.apply(netns, await packetOpsInFull([], rules, observing(kernel, netns)))
  }

  const convergePods = async (places: readonly PodPlace[]) => {
    const shared = segment()
    await Promise.all(
      places.map(async place => {
        const inside = podNetnsPlan(shared, {...place, node: netns})
        await kernel.apply(place.netns, changes(insides.get(place.netns) ?? bornPod(inside), inside))
        insides.set(place.netns, inside)
      }),
    )
  }

  /* Of UDP: those who sent before there was a pod would go on to nobody. */
  const forgetClients = async (places: readonly PodPlace[]) => {
    const ports = places.flatMap(({hostPorts = []}) => hostPorts).filter(({protocol}) => protocol === 'udp')
    const flows = ports.map(({hostPort: port}) => ({protocol: 'udp', port}) as const)
    if (flows.length > 0)
      await kernel.apply(
        netns,
        flows.map(one => ({op: 'forgetConnections', flows: one}) as const),
      )
  }

  /* A pod's address of each family, with the ports that lead there. */
  const mappedOf = ({netns: id, ip, hostPorts: ports = []}: PodPlace): readonly MappedPod[] => {
    if (ports.length === 0) return []
    const {subnet, subnet6} = segment()
    const second = secondAddress({subnet, ...(subnet6 && {subnet6})}, ip)
    return [{id, ip, subnet, ports}, ...(second && subnet6 ? [{id, ip: second, subnet: subnet6, ports}] : [])]
  }

  const printOfFlannel = async () => {
    const {routes, neighbours, fdb} = await kernel.observe(netns)
    const ways = routes.filter(({link}) => link !== bridge)
    const rules = (applied?.rules ?? []).filter(({owner}) => owner === 'flannel')
    return JSON.stringify([ways, neighbours, fdb, await printOf(rules, netns, kernel)])
  }

  const isTouched = async () => {
    if (!context.handWins?.()) {
      isLeftAlone = false
      left = undefined
    } else if (left !== undefined && !isLeftAlone) isLeftAlone = (await printOfFlannel()) !== left
    return isLeftAlone
  }

  const inTurn = (act: () => Promise<void>) => {
    const work = queue.then(act)
    queue = work.catch(() => undefined) // whoever called hears of it; the next call begins anew
    return work
  }

  return {
    second: ip => secondAddress(segment(), ip),
    rules: () => applied?.rules ?? [],
    notes: () => [...(applied?.notes ?? []), ...(isLeftAlone ? [handNote] : [])],
    setPeers: (nextPeers, nextBackend = backend) => {
      refuseFamilies(self, nextBackend)
      return inTurn(async () => {
        if (await isTouched()) return
        peers = nextPeers
        backend = nextBackend
        await convergeNode()
        await convergePods([...pods.values()].filter(place => insides.has(place.netns)))
        if (context.handWins?.()) left = await printOfFlannel()
      })
    },
    attach: async (names, {last, hostPorts} = {}) => {
      const places = names.map(name => {
        const given = last?.has(name) ? allocateLast(pool, name) : allocate(pool, name)
        pool = given.pool
        return {netns: name, ip: given.ip, hostPorts: hostPorts?.get(name) ?? []}
      })
      for (const place of places) pods.set(place.netns, place)
      await inTurn(async () => {
        await convergeNode()
        await convergePods(places)
        await forgetClients(places)
      })
      return new Map(places.map(({netns: name, ip}) => [name, ip]))
    },
    detach: names => {
      for (const name of names) {
        pool = release(pool, name)
        pods.delete(name)
        insides.delete(name)
      }
      return inTurn(convergeNode)
    },
  }
}

const handNote =
  'flannel leaves its routes alone, since somebody has changed them by hand and the lab says reconcile: never'

function refuseFamilies({ipv6}: Lease, {noIpv6}: OverlayBackend): void {
  if (ipv6 && noIpv6 !== undefined) throw new PlanError(`this cluster is dual-stack, and ${noIpv6}`)
}

function opsBetween(previous: NodePlan, next: NodePlan): readonly Op[] {
  return [...changes(previous.state, next.state), ...packetOps(previous.rules, next.rules)]
}

/* What is left when a link goes: the kernel takes along all that is on it. */
function withoutLink(state: NetnsState, name: string): NetnsState {
  const elsewhere = ({link}: {readonly link: string}) => link !== name
  return {
    ...state,
    links: state.links.filter(link => link.name !== name),
    addresses: state.addresses.filter(elsewhere),
    routes: state.routes.filter(elsewhere),
    neighbours: state.neighbours.filter(elsewhere),
    fdb: state.fdb.filter(elsewhere),
    sysctls: Object.fromEntries(Object.entries(state.sysctls).filter(([path]) => linkOfSysctl(path) !== name)),
  }
}

/* What the node's namespace holds before the first plan: the link that the underlay put there. */
async function presentPlan(kernel: Kernel, netns: string, next: NodePlan): Promise<NodePlan> {
  return {
    state: withoutProxy(await kernel.observe(netns, Object.keys(next.state.sysctls))),
    rules: [],
    files: {},
    daemons: [],
    notes: [],
  }
}

/* A new pod's namespace holds its end of the veth pair, as the node's batch made it. */
function bornPod({links}: NetnsState): NetnsState {
  return {...emptyNetns, links: links.map(link => ({...link, up: false}))}
}
