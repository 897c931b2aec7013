import type {Link} from '../state.ts'
import {type FakeNetns, withLink} from './world.ts'

/** The MTU of a bridge without ports. */
const portless = 1500

/** What a vxlan adds to each frame: outer Ethernet, IPv4, UDP and its own header. */
const vxlanOverhead = 50

/** The namespace with a bridge's MTU moved to the least of its ports', unless somebody has set it. */
export function followPorts(here: FakeNetns, bridge: string | undefined): FakeNetns {
  const link = here.links.find(({name}) => name === bridge)
  if (link === undefined || here.sized.has(link.name)) return here
  const ports = here.links.filter(({master}) => master === bridge).map(({mtu}) => mtu)
  return withLink(here, {...link, mtu: ports.length === 0 ? portless : Math.min(...ports)})
}

/** The largest MTU of a vxlan over a device. */
export function vxlanLimit(device: Link): number {
  return device.mtu - vxlanOverhead
}
