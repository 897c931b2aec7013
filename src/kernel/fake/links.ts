import {createHash} from 'node:crypto'
import {interfaceNameLimit} from '../../net/interface-name.ts'
import {parseMac} from '../../net/mac.ts'
import {sameKind} from '../diff/link-kind.ts'
import {linkOfSysctl} from '../observe/sysctls.ts'
import {settingsOf} from '../op.ts'
import type {Link, NetnsState, VethPeer} from '../state.ts'
import {followPorts, vxlanLimit} from './mtu.ts'
import {refuseMaster, setLink, withoutMaster} from './settings.ts'
import {edit, type FakeNetns, linkNamed, Refusal, type World} from './world.ts'

/** The world with a link, and its other end if it is a veth. A link of the same kind that exists gets the settings. */
export function addLink(world: World, netns: string, link: Link): World {
  const here = world.get(netns)
  if (here === undefined) return world
  const existing = here.links.find(({name}) => name === link.name)
  if (existing !== undefined && sameKind(existing.kind, link.kind))
    return edit(world, netns, here => setLink(here, link.name, settingsOf(link)))
  refuseName(here, link.name)
  if (link.master !== undefined) refuseMaster(here, link.master)
  const {kind} = link
  switch (kind.type) {
    case 'bridge':
    case 'dummy':
      return edit(world, netns, here => withNew(here, netns, link))
    case 'veth':
      return addVeth(world, netns, {...link, kind})
    case 'vxlan': {
      const device = linkNamed(here, kind.device)
      if (
        here.links.some(({kind: other}) => other.type === 'vxlan' && other.vni === kind.vni && other.port === kind.port)
      )
        throw new Refusal('A VXLAN device with the specified VNI already exists.')
      const mtu = Math.min(link.mtu, vxlanLimit(device))
      return edit(world, netns, here => withNew(here, netns, {...link, mtu}))
    }
    case 'tun':
      return edit(world, netns, here => ({
        ...here,
        links: [...here.links, {name: link.name, kind, up: false, mtu: 1500}],
      }))
    case 'loopback':
    case 'other':
      throw new Refusal('Operation not supported')
  }
}

/** The world without a link and all that goes with it. */
export function deleteLink(world: World, netns: string, name: string): World {
  const link = world.get(netns)?.links.find(link => link.name === name)
  if (link === undefined) return world
  if (link.kind.type === 'loopback') throw new Refusal('Operation not supported')
  const without = edit(world, netns, here => withoutLink(here, link))
  const vxlans = without.get(netns)?.links.filter(({kind}) => kind.type === 'vxlan' && kind.device === name) ?? []
  const cleared = vxlans.reduce((world, vxlan) => deleteLink(world, netns, vxlan.name), without)
  if (link.kind.type !== 'veth' || link.kind.peer.name === undefined) return cleared
  return deleteLink(cleared, link.kind.peer.netns, link.kind.peer.name)
}

function refuseName({links}: NetnsState, name: string): void {
  if (name.length > interfaceNameLimit || /[\s/]/.test(name))
    throw new Refusal(`argument "${name}" is wrong: "name" not a valid ifname`)
  if (links.some(link => link.name === name)) throw new Refusal('File exists')
}

type Veth = Link & {readonly kind: {readonly type: 'veth'; readonly peer: VethPeer}}

function addVeth(world: World, netns: string, link: Veth): World {
  const {netns: there, name = '', mac, mtu = 1500} = link.kind.peer
  const other = world.get(there)
  if (other === undefined) throw new Refusal(`argument "${there}" is wrong: Invalid "netns" value`)
  refuseName(other, name)
  if (there === netns && name === link.name) throw new Refusal('File exists')
  const back: Veth['kind'] = {type: 'veth', peer: {netns, name: link.name}}
  const forth: Veth['kind'] = {type: 'veth', peer: {netns: there, name}}
  const end: Link = {name, kind: back, up: false, mtu, ...(mac && {mac})}
  const both = edit(world, there, here => withNew(here, there, end))
  return edit(both, netns, here => withNew(here, netns, {...link, kind: forth}))
}

function withNew(here: FakeNetns, netns: string, {hairpin: _, ...link}: Link): FakeNetns {
  const made: Link = {mac: madeUpMac(`${netns} ${link.name}`), ...link, ...(link.master && {hairpin: false})}
  return followPorts({...here, links: [...here.links, made]}, link.master)
}

/** Linux draws a random MAC where none is given; the fake always draws the same. */
function madeUpMac(key: string) {
  const bytes = createHash('sha256').update(key).digest('hex').slice(0, 10).match(/../g) ?? []
  return parseMac(['0a', ...bytes].join(':'))
}

function withoutLink(here: FakeNetns, {name, master}: Link): FakeNetns {
  const elsewhere = ({link}: {readonly link: string}) => link !== name
  const left: FakeNetns = {
    ...here,
    links: here.links
      .filter(link => link.name !== name)
      .map(link => (link.master === name ? withoutMaster(link) : link)),
    addresses: here.addresses.filter(elsewhere),
    routes: here.routes.filter(elsewhere),
    neighbours: here.neighbours.filter(elsewhere),
    fdb: here.fdb.filter(elsewhere),
    sysctls: Object.fromEntries(Object.entries(here.sysctls).filter(([path]) => linkOfSysctl(path) !== name)),
    sized: here.sized.difference(new Set([name])),
  }
  return followPorts(left, master)
}
