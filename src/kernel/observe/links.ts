import {parseAnyIp} from '../../net/ip6.ts'
import {parseMac} from '../../net/mac.ts'
import type {Link, LinkKind} from '../state.ts'

/** One entry of `ip -j -d addr` or `ip -j -d link`, as far as podlab reads it. */
type IpLink = {
  readonly ifname: string
  readonly flags: readonly string[]
  readonly mtu: number
  readonly address?: string
  readonly link_type: string
  readonly master?: string
  /** The other end's name, when it lies in this namespace. */
  readonly link?: string
  readonly link_netnsid?: number
  readonly linkinfo?: {
    readonly info_kind?: string
    readonly info_data?: {
      readonly id?: number
      readonly port?: number
      readonly local?: string
      readonly local6?: string
      readonly link?: string
      readonly type?: string
    }
    readonly info_slave_kind?: string
    readonly info_slave_data?: {readonly hairpin?: boolean}
  }
}

/** The links of a namespace, `ids` being the names of its neighbours by number. */
export function parseLinks(
  document: readonly unknown[],
  {netns, ids}: {netns: string; ids: ReadonlyMap<number, string>},
): Link[] {
  return (document as readonly IpLink[]).map(link => ({
    name: link.ifname,
    kind: kindOf(link, {netns, ids}),
    up: link.flags.includes('UP'),
    mtu: link.mtu,
    ...(link.link_type === 'ether' && link.address !== undefined && {mac: parseMac(link.address)}),
    ...(link.master !== undefined && {master: link.master}),
    ...(link.linkinfo?.info_slave_kind === 'bridge' && {hairpin: link.linkinfo.info_slave_data?.hairpin === true}),
  }))
}

function kindOf(link: IpLink, names: {netns: string; ids: ReadonlyMap<number, string>}): LinkKind {
  const {info_kind: kind = '', info_data: more = {}} = link.linkinfo ?? {}
  if (link.link_type === 'loopback') return {type: 'loopback'}
  if (kind === 'bridge' || kind === 'dummy') return {type: kind}
  if (kind === 'tun' && more.type === 'tun') return {type: 'tun'}
  if (kind === 'veth') return {type: 'veth', peer: peerOf(link, names)}
  const {id, port, local6, local = local6, link: device} = more
  if (kind === 'vxlan' && id !== undefined && port !== undefined && local !== undefined && device !== undefined)
    return {type: 'vxlan', vni: id, port, local: parseAnyIp(local), device}
  return {type: 'other', kind}
}

function peerOf({link, link_netnsid: id}: IpLink, {netns, ids}: {netns: string; ids: ReadonlyMap<number, string>}) {
  if (id !== undefined) return {netns: ids.get(id) ?? ''}
  return {netns, ...(link !== undefined && {name: link})}
}
