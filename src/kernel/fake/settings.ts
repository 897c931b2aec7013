import {familyOf} from '../../net/ip.ts'
import type {LinkSettings} from '../op.ts'
import type {Link} from '../state.ts'
import {followPorts, vxlanLimit} from './mtu.ts'
import {type FakeNetns, linkNamed, Refusal, withLink} from './world.ts'

/** The namespace with a link's settings changed, in the order in which the kernel takes those of one message. */
export function setLink(here: FakeNetns, name: string, set: LinkSettings): FakeNetns {
  linkNamed(here, name)
  return [setHairpin, setMac, setMtu, setMaster, setUp].reduce(
    (here, step) => step(here, linkNamed(here, name), set),
    here,
  )
}

type Step = (here: FakeNetns, link: Link, set: LinkSettings) => FakeNetns

const setHairpin: Step = (here, link, {hairpin}) => {
  if (hairpin === undefined) return here
  if (link.master === undefined) throw new Refusal('Operation not supported')
  return withLink(here, {...link, hairpin})
}

/** A link with another MAC forgets its neighbours. */
const setMac: Step = (here, link, {mac}) => {
  if (mac === undefined || mac === link.mac) return here
  return {
    ...withLink(here, {...link, mac}),
    neighbours: here.neighbours.filter(neighbour => neighbour.link !== link.name),
  }
}

const setMtu: Step = (here, link, {mtu}) => {
  if (mtu === undefined || mtu === link.mtu) return here
  if (link.kind.type === 'vxlan' && mtu > vxlanLimit(linkNamed(here, link.kind.device)))
    throw new Refusal('Invalid argument')
  const sized = link.kind.type === 'bridge' ? new Set([...here.sized, link.name]) : here.sized
  return followPorts({...withLink(here, {...link, mtu}), sized}, link.master)
}

const setMaster: Step = (here, link, {master}) => {
  if (master === undefined || master === (link.master ?? null)) return here
  if (master === null) return followPorts(withLink(here, withoutMaster(link)), link.master)
  refuseMaster(here, master)
  const moved = followPorts(withLink(here, {...link, master, hairpin: false}), link.master)
  return followPorts(moved, master)
}

/** A link that goes down loses its routes, its neighbours and its addresses of IPv6; those of IPv4 stay. */
const setUp: Step = (here, link, {up}) => {
  if (up === undefined || up === link.up) return here
  const changed = withLink(here, {...link, up})
  if (up) return changed
  const elsewhere = (entry: {readonly link: string}) => entry.link !== link.name
  const addresses = here.addresses.filter(entry => elsewhere(entry) || familyOf(entry.address) === 'IPv4')
  return {...changed, addresses, routes: here.routes.filter(elsewhere), neighbours: here.neighbours.filter(elsewhere)}
}

/** A bridge that must be there. */
export function refuseMaster({links}: FakeNetns, master: string): void {
  const bridge = links.find(({name}) => name === master)
  if (bridge === undefined) throw new Refusal(`argument "${master}" is wrong: Device does not exist`)
  if (bridge.kind.type !== 'bridge') throw new Refusal('Operation not supported')
}

export function withoutMaster({master: _, hairpin: __, ...link}: Link): Link {
  return link
}
