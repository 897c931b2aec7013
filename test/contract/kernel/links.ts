import type {Link, VethPeer} from '../../../src/kernel/state.ts'

export const loopback: Link = {name: 'lo', kind: {type: 'loopback'}, up: true, mtu: 65536}

export function bridge(name: string): Link {
  return {name, kind: {type: 'bridge'}, up: true, mtu: 1500}
}

export function veth(name: string, peer: VethPeer): Link {
  return {name, kind: {type: 'veth', peer}, up: true, mtu: 1500}
}
