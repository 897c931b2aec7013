import test from 'ava'
import {diff} from '../../src/kernel/diff.ts'
import {commandOf, print} from '../../src/kernel/print.ts'
import {emptyNetns, type Link, type NetnsState} from '../../src/kernel/state.ts'
import {parseCidr, parseNetwork} from '../../src/net/cidr.ts'
import {parseIp} from '../../src/net/ip.ts'
import {parseMac} from '../../src/net/mac.ts'
import {bridge, veth} from '../contract/kernel/links.ts'

/** From what is observed to what is wanted: the commands that a person would type. */
export const leads = test.macro({
  exec: (t, observed: Partial<NetnsState>, wanted: Partial<NetnsState>, ...commands: string[]) =>
    t.deepEqual(
      diff({...emptyNetns, ...observed}, {...emptyNetns, ...wanted}).map(op => commandOf(print(op))),
      commands,
    ),
  title: (title = '') => title,
})

export const mac = parseMac('02:42:ac:11:0c:00')
export const docker0: Link = {...bridge('docker0'), mac: parseMac('02:42:ac:11:0d:01')}
export const port: Link = {...veth('veth1', {netns: 'pod', name: 'eth0'}), master: 'docker0', hairpin: true}
export const eth0 = veth('eth0', {netns: 'switch', name: 'node1'})
export const flannel: Link = {
  ...{name: 'flannel.1', up: true, mtu: 1450},
  kind: {type: 'vxlan', vni: 1, port: 8472, local: parseIp('10.0.20.4'), device: 'eth0'},
}
export const address = (link: string, text: string) => ({link, address: parseCidr(text)})
export const entry = {link: 'flannel.1', mac, remote: parseIp('10.0.20.11')}
export const neighbour = (link: string) => ({link, ip: parseIp('172.17.12.0'), mac})
export const direct = (text: string, link: string) => ({to: parseNetwork(text), link})
export const gateway = (text: string, via: string, link: string) => ({to: parseNetwork(text), via: parseIp(via), link})
