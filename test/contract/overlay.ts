import type {ExecutionContext} from 'ava'
import {diff} from '../../src/kernel/diff.ts'
import {commandOf, print} from '../../src/kernel/print.ts'
import {emptyNetns, type Link, type NetnsState} from '../../src/kernel/state.ts'
import {addressOf, contains, parseNetwork, prefixLength} from '../../src/net/cidr.ts'
import {interfaceNameLimit} from '../../src/net/interface-name.ts'
import {parseIp} from '../../src/net/ip.ts'
import {parseMac} from '../../src/net/mac.ts'
import {overlayBackends} from '../../src/node/overlay/index.ts'
import type {Lease, OverlayBackend, Situation, Underlay} from '../../src/node/overlay/overlay-backend.ts'

/** The nodes of reference example R1, and a third. */
export const master = lease('master', '10.0.20.4', '172.17.13.0/24')
export const node1 = lease('node1', '10.0.20.11', '172.17.12.0/24')
export const node2 = lease('node2', '10.0.20.12', '172.17.18.0/24')

export const network = parseNetwork('172.17.0.0/16')

export const underlay: Underlay = {link: 'eth0', mtu: 1500}

/** What master knows when these are its peers. */
export function masterAmong(...peers: readonly Lease[]): Situation {
  return {network, self: master, peers, underlay}
}

function lease(node: string, publicIp: string, subnet: string): Lease {
  const share = parseNetwork(subnet)
  const vtepMac = parseMac(`02:42:ac:11:${Number(subnet.split('.')[2]).toString(16).padStart(2, '0')}:00`)
  return {node, publicIp: parseIp(publicIp), subnet: share, vtepMac}
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
  'has a way to the subnet of each peer': (t, backend) => {
    const {routes = []} = backend.plan(masterAmong(node1, node2)).state ?? {}
    for (const {subnet} of [node1, node2]) t.true(routes.some(({to}) => contains(to, addressOf(subnet))))
  },
  'leaves its own subnet to docker0, whose route is longer than any of its': (t, backend) => {
    const {routes = []} = backend.plan(masterAmong(node1, node2)).state ?? {}
    const own = routes.filter(({to}) => contains(to, addressOf(master.subnet)))
    t.true(own.every(({to}) => prefixLength(to) < prefixLength(master.subnet)))
  },
  'takes its overhead off the MTU of each link that it makes': (t, backend) => {
    const situation = {...masterAmong(node1), underlay: {link: 'eth0', mtu: 9000}}
    const links = backend.plan(situation).state?.links ?? []
    t.true(links.every(({mtu}) => mtu === 9000 - backend.overhead))
  },
  'gives its links names that the kernel takes': (t, backend) => {
    const links = backend.plan(masterAmong(node1)).state?.links ?? []
    t.true(links.every(({name}) => name.length <= interfaceNameLimit))
  },
  'has nothing left of a peer that goes, and all of the others': (t, backend) => {
    const [before, after, never] = [[node1, node2], [node2], [node2]].map(peers => backend.plan(masterAmong(...peers)))
    t.notDeepEqual(before, after)
    t.deepEqual(after, never)
    const ops = diff({...emptyNetns, ...before?.state}, {...emptyNetns, ...after?.state})
    const commands = ops.map(op => commandOf(print(op)))
    t.deepEqual(
      commands.filter(command => command.includes('172.17.18.') || !/ del /.test(command)),
      [],
    )
  },
  'needs no other node': (t, backend) => {
    t.notThrows(() => backend.plan(masterAmong()))
  },
  'leaves nothing behind when another takes its place': (t, backend) => {
    for (const other of Object.values<OverlayBackend>(overlayBackends)) {
      const [from, to] = [backend, other].map(one => ({...emptyNetns, ...one.plan(masterAmong(node1)).state}))
      if (!from || !to) return t.fail()
      const names = (state: NetnsState) => state.links.map(({name}) => name)
      const gone = diff(from, to).flatMap(op => (op.op === 'deleteLink' ? [op.name] : []))
      t.deepEqual(gone, other === backend ? [] : names(from))
    }
  },
}
