import type {ExecutionContext} from 'ava'
import {diff} from '../../src/kernel/diff.ts'
import {commandOf, print} from '../../src/kernel/print.ts'
import {emptyNetns, type Link, type NetnsState} from '../../src/kernel/state.ts'
import {parseNetwork} from '../../src/net/cidr.ts'
import {interfaceNameLimit} from '../../src/net/interface-name.ts'
import {parseIp} from '../../src/net/ip.ts'
import {parseMac} from '../../src/net/mac.ts'
import type {Lease, OverlayBackend, Underlay} from '../../src/node/overlay/overlay-backend.ts'

/** The nodes of reference example R1, and a third. */
export const master = lease('master', '10.0.20.4', '172.17.13.0/24')
export const node1 = lease('node1', '10.0.20.11', '172.17.12.0/24')
export const node2 = lease('node2', '10.0.20.12', '172.17.18.0/24')

export const underlay: Underlay = {link: 'eth0', mtu: 1500}

function lease(node: string, publicIp: string, subnet: string): Lease {
  const network = parseNetwork(subnet)
  const vtepMac = parseMac(`02:42:ac:11:${Number(subnet.split('.')[2]).toString(16).padStart(2, '0')}:00`)
  return {node, publicIp: parseIp(publicIp), subnet: network, vtepMac}
}

const eth0: Link = {name: 'eth0', kind: {type: 'other', kind: 'veth'}, up: true, mtu: 1500}

/** The commands by which a person would make what is planned, in a namespace that has nothing but its eth0. */
export function commandsFor(state: Partial<NetnsState> | undefined): string[] {
  const before = {...emptyNetns, links: [eth0]}
  const wanted = {...emptyNetns, ...state, links: [eth0, ...(state?.links ?? [])]}
  return diff(before, wanted).map(op => commandOf(print(op)))
}

/** What every overlay keeps to, whichever way it carries packets. */
export const overlayContract: Readonly<Record<string, (t: ExecutionContext, backend: OverlayBackend) => void>> = {
  'has a route for the subnet of each peer, and none for its own': (t, backend) => {
    const routes = backend.plan(master, [node1, node2], underlay).state?.routes ?? []
    t.deepEqual(routes.map(({to}) => to).sort(), [node1.subnet, node2.subnet])
  },
  'takes its overhead off the MTU of each link that it makes': (t, backend) => {
    const links = backend.plan(master, [node1], {link: 'eth0', mtu: 9000}).state?.links ?? []
    t.true(links.every(({mtu}) => mtu === 9000 - backend.overhead))
  },
  'gives its links names that the kernel takes': (t, backend) => {
    const links = backend.plan(master, [node1], underlay).state?.links ?? []
    t.true(links.every(({name}) => name.length <= interfaceNameLimit))
  },
  'goes by what is left when a peer goes': (t, backend) => {
    const [both, one] = [[node1, node2], [node2]].map(peers => backend.plan(master, peers, underlay).state)
    const gone = {...emptyNetns, ...both}
    const ops = diff(gone, {...emptyNetns, ...one}).map(op => commandOf(print(op)))
    t.true(ops.length > 0)
    t.true(ops.every(command => !command.includes('172.17.18.') && / del /.test(command)))
  },
  'needs no other node': (t, backend) => {
    t.notThrows(() => backend.plan(master, [], underlay))
  },
}
