import {changes} from '../../src/kernel/diff.ts'
import {opFailed} from '../../src/kernel/failure.ts'
import type {Kernel} from '../../src/kernel/kernel.ts'
import type {Op} from '../../src/kernel/op.ts'
import {print} from '../../src/kernel/print.ts'
import {emptyNetns, type Link, type NetnsState} from '../../src/kernel/state.ts'
import {cidrOf} from '../../src/net/cidr.ts'
import {macOf} from '../../src/net/mac.ts'
import type {Lease} from '../../src/node/overlay/overlay-backend.ts'

const loopback: Link = {name: 'lo', kind: {type: 'loopback'}, up: true, mtu: 65536}

/** Makes a namespace for each node, with the link to the underlay that a machine has before any component comes. */
export async function plugIn(kernel: Kernel, nodes: readonly Lease[]): Promise<void> {
  await kernel.create('underlay')
  for (const {node} of nodes) await kernel.create(node)
  const ports = nodes.map(({node, publicIp}): Link => {
    const peer = {netns: node, name: 'eth0', mac: macOf(publicIp), mtu: 1500}
    return {name: node, kind: {type: 'veth', peer}, up: true, mtu: 1500, master: 'underlay0'}
  })
  const hub: Link = {name: 'underlay0', kind: {type: 'bridge'}, up: true, mtu: 1500}
  await kernel.apply('underlay', changes(emptyNetns, {...emptyNetns, links: [loopback, hub, ...ports]}))
}

export function machineOf({node, publicIp}: Lease): Partial<NetnsState> {
  const peer = {netns: 'underlay', name: node}
  const eth0: Link = {name: 'eth0', kind: {type: 'veth', peer}, up: true, mtu: 1500, mac: macOf(publicIp)}
  return {links: [loopback, eth0], addresses: [{link: 'eth0', address: cidrOf(publicIp, 24)}]}
}

/** A kernel that refuses ops of one sort, for as long as it is told to. */
export function failingKernel<K extends Kernel>(kernel: K) {
  let refused: Op['op'] | undefined
  const apply: Kernel['apply'] = async (netns, ops) => {
    for (const op of ops) {
      if (op.op === refused) throw opFailed({netns, line: print(op), said: 'Network is unreachable'})
      await kernel.apply(netns, [op])
    }
  }
  const refuse = (op: Op['op'] | undefined) => {
    refused = op
  }
  return {kernel: {...kernel, apply}, refuse}
}
