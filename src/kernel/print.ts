import {addressOf, type Cidr, isHost} from '../net/cidr.ts'
import {familyOf} from '../net/ip.ts'
import {printDeletion} from './conntrack/flows.ts'
import {printIpSetChange} from './ipset/change.ts'
import {printIpvsChange} from './ipvs/change.ts'
import {printNftChange} from './nftables/change.ts'
import type {LinkSettings, Op} from './op.ts'
import {printRulesChange} from './rules/iptables.ts'
import type {Link, LinkKind, Route} from './state.ts'

/** A program that takes many changes in one process. */
export type Tool =
  | 'ip'
  | 'bridge'
  | 'sysctl'
  | 'iptables-restore'
  | 'ip6tables-restore'
  | 'nft'
  | 'ipset'
  | 'ipvsadm'
  | 'conntrack'

/** An op as its tool takes it: a line of `ip -batch` or `bridge -batch`, an argument of `sysctl -w`, tables for `iptables-restore`, commands for `nft -f`, lines for `ipset restore` and `ipvsadm -R`, the arguments of one `conntrack`. */
export type Line = {readonly tool: Tool; readonly line: string}

/** The text of an op, as a person would type it after the tool's name. */
export function print(op: Op): Line {
  const known = printed.get(op)
  printed.delete(op)
  return known ?? lineOf(op)
}

/** Works out an op's text while there is time: who prints it next finds it there. */
export function printAhead(op: Op): void {
  printed.set(op, lineOf(op))
}

const printed = new WeakMap<Op, Line>()

function lineOf(op: Op): Line {
  switch (op.op) {
    case 'addLink':
      if (op.link.kind.type === 'tun') return ip('tuntap add', 'dev', op.link.name, 'mode', 'tun')
      return ip('link add', ...printLink(op.link))
    case 'deleteLink':
      return ip('link del', 'dev', op.name)
    case 'setLink':
      return ip('link set', 'dev', op.name, ...printSettings(op.set))
    case 'addAddress':
      return ip('addr replace', op.address.address, 'dev', op.address.link, ...printFlags(op.address.address))
    case 'deleteAddress':
      return ip('addr del', op.address.address, 'dev', op.address.link)
    case 'replaceRoute':
      return ip('route replace', ...printRoute(op.route))
    case 'deleteRoute':
      return ip('route del', ...printRoute(op.route))
    case 'replaceNeighbour': {
      const {link, ip: address, mac} = op.neighbour
      return ip('neigh replace', address, 'lladdr', mac, 'dev', link, 'nud', 'permanent')
    }
    case 'deleteNeighbour':
      return ip('neigh del', op.neighbour.ip, 'dev', op.neighbour.link)
    case 'replaceFdb':
      return bridge('fdb replace', op.entry.mac, 'dev', op.entry.link, 'dst', op.entry.remote)
    case 'deleteFdb':
      return bridge('fdb del', op.entry.mac, 'dev', op.entry.link, 'dst', op.entry.remote)
    case 'setSysctl':
      return {tool: 'sysctl', line: `${word(op.name)}=${op.value}`}
    case 'changeRules':
      return {tool: op.change.family ? 'ip6tables-restore' : 'iptables-restore', line: printRulesChange(op.change)}
    case 'changeTable':
      return {tool: 'nft', line: printNftChange(op.change)}
    case 'changeSets':
      return {tool: 'ipset', line: printIpSetChange(op.change)}
    case 'changeServers':
      return {tool: 'ipvsadm', line: printIpvsChange(op.change)}
    case 'forgetConnections':
      return {tool: 'conntrack', line: printDeletion(op.flows)}
  }
}

/** The whole command that a person would type for a line. */
export function commandOf({tool, line}: Line): string {
  return tool === 'sysctl' ? `sysctl -w "${line}"` : `${tool} ${line}`
}

function ip(verb: string, ...words: readonly (string | number)[]): Line {
  return {tool: 'ip', line: [verb, ...words.map(word)].join(' ')}
}

function bridge(verb: string, ...words: readonly string[]): Line {
  return {tool: 'bridge', line: [verb, ...words.map(word)].join(' ')}
}

/** A text that stays within its place in a line: batches know quotes, comments and continued lines. */
function word(value: string | number): string {
  const text = String(value)
  if (!/^[^\s"'\\#]+$/.test(text)) throw new TypeError(`${JSON.stringify(text)} cannot stand in a batch line`)
  return text
}

function printLink({name, mtu, mac, master, up, kind}: Link): (string | number)[] {
  const settings = printSettings({mtu, ...(mac && {mac}), ...(master && {master}), ...(up && {up})})
  return ['name', name, ...settings, ...printKind(name, kind)]
}

function printKind(name: string, kind: LinkKind): (string | number)[] {
  switch (kind.type) {
    case 'bridge':
    case 'dummy':
      return ['type', kind.type]
    case 'veth': {
      const {netns, name: peer, mac, mtu} = kind.peer
      if (peer === undefined) throw new TypeError(`${name} cannot be made: its other end has no name`)
      const settings = [...(mac ? ['address', mac] : []), ...(mtu ? ['mtu', mtu] : [])]
      return ['type', 'veth', 'peer', 'name', peer, ...settings, 'netns', netns]
    }
    case 'vxlan':
      return [
        ...['type', 'vxlan', 'id', kind.vni, 'dev', kind.device],
        ...['local', kind.local, 'dstport', kind.port, 'nolearning'],
      ]
    case 'tun':
    case 'loopback':
    case 'other':
      throw new TypeError(`${name} cannot be made: podlab makes no link of kind ${kind.type}`)
  }
}

function printSettings({mtu, mac, master, up, hairpin}: LinkSettings): (string | number)[] {
  const words = [
    ...(mtu === undefined ? [] : ['mtu', mtu]),
    ...(mac === undefined ? [] : ['address', mac]),
    ...(master === undefined ? [] : master === null ? ['nomaster'] : ['master', master]),
    ...(up === undefined ? [] : [up ? 'up' : 'down']),
  ]
  if (hairpin === undefined) return words
  if (words.length > 0) throw new TypeError('hairpin is set by an op of its own: it wants a port that is in its bridge')
  return ['type', 'bridge_slave', 'hairpin', hairpin ? 'on' : 'off']
}

/* Nobody else has an address of a plan: the kernel need not ask around for a second before it uses one of IPv6 (DAD). */
function printFlags(address: Cidr): string[] {
  return familyOf(address) === 'IPv6' ? ['nodad'] : []
}

function printRoute({to, via, link, onlink}: Route): string[] {
  return [destination(to), ...(via ? ['via', via] : []), 'dev', link, ...(onlink ? ['onlink'] : [])]
}

/** As `ip route` shows a destination: `default`, a host without its length, or a network. That of IPv6 has another default. */
function destination(to: Cidr): string {
  if (to === '0.0.0.0/0') return 'default'
  return isHost(to) ? addressOf(to) : to
}
