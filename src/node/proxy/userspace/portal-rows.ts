import type {IptablesMatch, IptablesTarget} from '../../../kernel/ruleset.ts'
import {cidrOf} from '../../../net/cidr.ts'
import type {Ip} from '../../../net/ip.ts'
import type {ProxyContext} from '../proxy-mode.ts'
import {comment, natRow, type Row} from '../rule.ts'
import type {ServicePort} from '../service-port.ts'
import {oldName} from '../v1-18/service.ts'
import {type Claim, claimKey, nodePortClaim} from './proxied-port.ts'

/**
 * The rules that lead packets for one service port to its proxy port. kube-proxy calls an address and port at which a Service is
 * found a portal. Where packets come in, REDIRECT sends them to the node itself. For the node's own packets it would mean 127.0.0.1;
 * so they are sent to the node's address by DNAT.
 */
export function portalRows(port: ServicePort, {proxySockets, nodeIp}: ProxyContext): readonly Row[] {
  const proxyPort = proxySockets?.ports.get(port.name)
  if (proxyPort === undefined || port.protocol === 'sctp') return []
  const way: Way = {
    port,
    redirect: {target: 'REDIRECT', ports: String(proxyPort)},
    ...(nodeIp !== undefined && {dnat: {target: 'DNAT', to: `${nodeIp}:${proxyPort}`}}),
  }
  const {clusterIp, externalIps = [], loadBalancerIps = [], nodePort} = port
  const isOurs = (claim: Claim) => !proxySockets?.refused.has(claimKey(port.protocol, claim))
  const isHeld = (ip: Ip) => isOurs({ip, port: port.port})
  return [
    ...addressRows(way, clusterIp),
    ...externalIps.filter(isHeld).flatMap(ip => externalRows(way, ip)),
    ...loadBalancerIps.filter(isHeld).flatMap(ip => addressRows(way, ip)),
    ...(nodePort !== undefined && isOurs(nodePortClaim(nodePort)) ? nodePortRows(way, {nodePort, proxyPort}) : []),
  ]
}

type Way = {readonly port: ServicePort; readonly redirect: IptablesTarget; readonly dnat?: IptablesTarget}

function addressRows(way: Way, ip: Ip): readonly Row[] {
  const {port} = way
  const matches = matchesOf(port, {number: port.port, ip})
  return [
    natRow('KUBE-PORTALS-CONTAINER', {matches, target: way.redirect}),
    ...hostRows(way, 'KUBE-PORTALS-HOST', matches),
  ]
}

const comesFromOutside: IptablesMatch = {match: 'physdev', is: 'in', not: true}
const isNodes: IptablesMatch = {match: 'addrtype', end: 'dst', type: 'LOCAL'}

/** An external IP may be that of another machine, which pods must still reach: so only what came over no bridge counts, or what is for the node. */
function externalRows(way: Way, ip: Ip): readonly Row[] {
  const {port} = way
  const matches = matchesOf(port, {number: port.port, ip})
  return [
    natRow('KUBE-PORTALS-CONTAINER', {matches: [...matches, comesFromOutside], target: way.redirect}),
    natRow('KUBE-PORTALS-CONTAINER', {matches: [...matches, isNodes], target: way.redirect}),
    ...hostRows(way, 'KUBE-PORTALS-HOST', [...matches, isNodes]),
  ]
}

function nodePortRows(
  way: Way,
  {nodePort, proxyPort}: {readonly nodePort: number; readonly proxyPort: number},
): readonly Row[] {
  const {port} = way
  const matches = matchesOf(port, {number: nodePort})
  const isNew: IptablesMatch = {match: 'other', words: ['-m', 'state', '--state', 'NEW']}
  const arriving = [...matchesOf(port, {number: proxyPort}), isNew]
  return [
    natRow('KUBE-NODEPORT-CONTAINER', {matches, target: way.redirect}),
    ...hostRows(way, 'KUBE-NODEPORT-HOST', matches),
    {table: 'filter', chain: 'KUBE-NODEPORT-NON-LOCAL', rule: {matches: arriving, target: {target: 'ACCEPT'}}},
  ]
}

function hostRows({dnat}: Way, chain: string, matches: readonly IptablesMatch[]): readonly Row[] {
  return dnat === undefined ? [] : [natRow(chain, {matches, target: dnat})]
}

function matchesOf(
  {protocol, name}: ServicePort,
  {number, ip}: {readonly number: number; readonly ip?: Ip},
): readonly IptablesMatch[] {
  return [
    ...(ip === undefined ? [] : [{match: 'destination', net: cidrOf(ip, 32)} as const]),
    {match: 'protocol', protocol},
    comment(oldName(name)),
    {match: 'dport', protocol, ports: String(number)},
  ]
}
