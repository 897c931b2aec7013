import type {Link} from '../kernel/state.ts'
import {familyOf, type Ip} from '../net/ip.ts'
import {localAddresses} from './route.ts'
import {TraceError} from './trace-error.ts'
import type {Machine, World} from './world.ts'

/** Whom a packet comes to when it leaves by a link, by which link of theirs, and whose bridges carry it there. */
export type Arrival = {
  readonly machine: Machine
  readonly link: string
  /** The bridge of the machine that the packet came in by is a port's. */
  readonly byBridge: boolean
  /** A machine on the way that only carries the frame, and the names of its bridge. */
  readonly carrier?: {readonly machine: Machine; readonly bridge: string}
}

/** Who has the next hop's address, at the other end of the link; undefined when nobody there has. */
export function neighbourAt(
  world: World,
  machine: Machine,
  {link: name, hop}: {readonly link: string; readonly hop: Ip},
): Arrival | undefined {
  const link = machine.state.links.find(one => one.name === name)
  if (link === undefined) throw new TraceError(`${machine.name} has no link ${name}`)
  switch (link.kind.type) {
    case 'veth':
      return beyondCable(world, machine, {link, hop})
    case 'bridge':
      return behindPort(world, machine, {bridge: name, hop})
    case 'vxlan':
      return throughTunnel(world, machine, {link: name, hop})
    case 'loopback':
    case 'tun':
    case 'dummy':
    case 'other':
      throw new TraceError(
        `${machine.name}: a packet leaves by ${name}, a link of type ${link.kind.type}, which is not understood`,
      )
  }
}

type Towards = {readonly link: Link; readonly hop: Ip}

function beyondCable(world: World, machine: Machine, {link, hop}: Towards): Arrival | undefined {
  if (link.kind.type !== 'veth') return undefined
  const there = world.get(link.kind.peer.netns)
  if (there === undefined)
    throw new TraceError(`nothing is known of ${link.kind.peer.netns}, where ${link.name} of ${machine.name} ends`)
  const end = portTo(there, machine)
  const receiver = end.master ?? end.name
  if (localAddresses(there).includes(hop)) return {machine: there, link: receiver, byBridge: end.master !== undefined}
  if (end.master === undefined) return undefined
  const arrival = behindPort(world, there, {bridge: end.master, hop})
  return arrival && {...arrival, carrier: {machine: there, bridge: end.master}}
}

function behindPort(
  world: World,
  machine: Machine,
  {bridge, hop}: {readonly bridge: string; readonly hop: Ip},
): Arrival | undefined {
  for (const {master, kind} of machine.state.links) {
    if (master !== bridge || kind.type !== 'veth') continue
    const there = world.get(kind.peer.netns)
    if (there && localAddresses(there).includes(hop))
      return {machine: there, link: portTo(there, machine).name, byBridge: false}
  }
  return undefined
}

/* flannel has written down which MAC address has the next hop, and behind which machine it is. */
function throughTunnel(
  world: World,
  {name, state}: Machine,
  {link, hop}: {readonly link: string; readonly hop: Ip},
): Arrival | undefined {
  const mac = state.neighbours.find(one => one.link === link && one.ip === hop)?.mac
  const remote = state.fdb.find(one => one.link === link && one.mac === mac)?.remote
  if (remote === undefined) return undefined
  const there = [...world.values()].find(machine => machine.name !== name && localAddresses(machine).includes(remote))
  const own = state.links.find(one => one.name === link)
  const end = there?.state.links.find(one => isOtherEnd(one, own))
  return there && end && {machine: there, link: end.name, byBridge: false}
}

/* A dual-stack node has a tunnel of the same number for each family: which of them a packet is for, that around it says. */
function isOtherEnd({kind: there}: Link, own: Link | undefined): boolean {
  const here = own?.kind
  if (there.type !== 'vxlan' || here?.type !== 'vxlan') return false
  return there.vni === here.vni && there.port === here.port && familyOf(there.local) === familyOf(here.local)
}

/** The end of the cable from `from`, in the machine where it ends. */
function portTo(machine: Machine, from: Machine): Link {
  const end = machine.state.links.find(({kind}) => kind.type === 'veth' && kind.peer.netns === from.name)
  if (end === undefined) throw new TraceError(`${machine.name} has no link to ${from.name}`)
  return end
}
