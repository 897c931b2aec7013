import {addressOf, type Cidr, prefixLength} from '../net/cidr.ts'
import {familyOf, type Ip, ipNumber} from '../net/ip.ts'
import {ip6Number} from '../net/ip6.ts'
import type {Mac} from '../net/mac.ts'
import type {LinkSettings, Op} from './op.ts'

/*
 * What `ip` itself says to the kernel: requests of rtnetlink. A request is a header, a fixed part that each kind has of its own, and
 * attributes (length, type, value), each filled up to a multiple of 4 bytes. Numbers are little-endian, as on the machines that podlab
 * knows; addresses are in the order of the network. The constants are those of linux/rtnetlink.h and its neighbours.
 */

/** The number of a link in the namespace that is meant; undefined when it has no link of that name. */
export type LinkIndex = (name: string) => number | undefined

/** Whether ops can be told to the kernel as one short list of requests; the room for its answers is bounded. */
export function areRequests(ops: readonly Op[]): boolean {
  return ops.length <= 64 && ops.every(op => requestOf(op, () => 1) !== undefined)
}

/** An op as the request that `ip` makes of it; undefined for one that is left to the tools. */
export function requestOf(op: Op, indexOf: LinkIndex): Buffer | undefined {
  switch (op.op) {
    case 'setLink':
      return withLink(op.name, indexOf, index => setLink(index, op.set))
    case 'addAddress':
      return withLink(op.address.link, indexOf, index => addAddress(index, op.address.address))
    case 'replaceRoute':
      return withLink(op.route.link, indexOf, index => replaceRoute(index, op.route))
    case 'replaceNeighbour':
      return withLink(op.neighbour.link, indexOf, index => replaceNeighbour(index, op.neighbour))
    case 'addLink':
    case 'deleteLink':
    case 'deleteAddress':
    case 'deleteRoute':
    case 'deleteNeighbour':
    case 'replaceFdb':
    case 'deleteFdb':
    case 'setSysctl':
    case 'changeRules':
    case 'changeTable':
    case 'changeSets':
    case 'changeServers':
    case 'forgetConnections':
      return undefined
  }
}

function withLink(name: string, indexOf: LinkIndex, make: (index: number) => Buffer | undefined): Buffer | undefined {
  const index = indexOf(name)
  return index === undefined ? undefined : make(index)
}

const type = {newLink: 16, newAddress: 20, newRoute: 24, newNeighbour: 28}
const flag = {request: 1, acknowledge: 4, replace: 0x100, create: 0x400}
const put = flag.request | flag.acknowledge | flag.replace | flag.create
/* AF_INET, AF_INET6 */
const families = {IPv4: 2, IPv6: 10}

/* A port's place in its bridge is left to `ip`. */
function setLink(index: number, {up, mtu, mac, master, hairpin}: LinkSettings): Buffer | undefined {
  if (master !== undefined || hairpin !== undefined) return undefined
  const isUp = 1
  const fixed = Buffer.alloc(16)
  fixed.writeInt32LE(index, 4)
  fixed.writeUInt32LE(up ? isUp : 0, 8)
  fixed.writeUInt32LE(up === undefined ? 0 : isUp, 12)
  const [address, maximum] = [1, 4]
  return request({type: type.newLink, flags: flag.request | flag.acknowledge}, [
    fixed,
    ...(mtu === undefined ? [] : [attribute(maximum, word(mtu))]),
    ...(mac === undefined ? [] : [attribute(address, macBytes(mac))]),
  ])
}

function addAddress(index: number, cidr: Cidr): Buffer {
  const ip = addressOf(cidr)
  const [universe, host] = [0, 254]
  const family = familyOf(ip)
  // whether somebody else has it is not asked: see print.ts
  const noDad = family === 'IPv6' ? 2 : 0
  const fixed = Buffer.from([
    families[family],
    prefixLength(cidr),
    noDad,
    ip.startsWith('127.') ? host : universe,
    ...word(index),
  ])
  const [address, local] = [1, 2]
  const bytes = ipBytes(ip)
  return request({type: type.newAddress, flags: put}, [fixed, attribute(local, bytes), attribute(address, bytes)])
}

function replaceRoute(index: number, {to, via, onlink}: (Op & {op: 'replaceRoute'})['route']): Buffer {
  const [mainTable, byHand, universe, link, unicast] = [254, 3, 0, 253, 1]
  const fixed = Buffer.alloc(12)
  fixed.set([
    families[familyOf(to)],
    prefixLength(to),
    0,
    0,
    mainTable,
    byHand,
    via === undefined ? link : universe,
    unicast,
  ])
  fixed.writeUInt32LE(onlink ? 4 : 0, 8)
  const [destination, device, gateway] = [1, 4, 5]
  return request({type: type.newRoute, flags: put}, [
    fixed,
    ...(prefixLength(to) === 0 ? [] : [attribute(destination, ipBytes(addressOf(to)))]),
    ...(via === undefined ? [] : [attribute(gateway, ipBytes(via))]),
    attribute(device, word(index)),
  ])
}

function replaceNeighbour(index: number, {ip, mac}: (Op & {op: 'replaceNeighbour'})['neighbour']): Buffer {
  const permanent = 0x80
  const fixed = Buffer.from([families[familyOf(ip)], 0, 0, 0, ...word(index), permanent, 0, 0, 0])
  const [destination, linkAddress] = [1, 2]
  return request({type: type.newNeighbour, flags: put}, [
    fixed,
    attribute(destination, ipBytes(ip)),
    attribute(linkAddress, macBytes(mac)),
  ])
}

function request({type, flags}: {type: number; flags: number}, parts: readonly Buffer[]): Buffer {
  const header = Buffer.alloc(16)
  header.writeUInt32LE(header.length + parts.reduce((sum, part) => sum + part.length, 0), 0)
  header.writeUInt16LE(type, 4)
  header.writeUInt16LE(flags, 6)
  return Buffer.concat([header, ...parts])
}

function attribute(type: number, value: Buffer): Buffer {
  const bytes = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4)
  bytes.writeUInt16LE(4 + value.length, 0)
  bytes.writeUInt16LE(type, 2)
  value.copy(bytes, 4)
  return bytes
}

function word(number: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(number)
  return bytes
}

function ipBytes(ip: Ip): Buffer {
  if (familyOf(ip) === 'IPv6') return Buffer.from(ip6Number(ip).toString(16).padStart(32, '0'), 'hex')
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(ipNumber(ip))
  return bytes
}

function macBytes(mac: Mac): Buffer {
  return Buffer.from(mac.replaceAll(':', ''), 'hex')
}
