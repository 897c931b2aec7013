import {familyOf, type Ip, type IpFamily} from '../net/ip.ts'
import {passHook} from './hook.ts'
import {type Arrival, neighbourAt} from './neighbour.ts'
import type {Fate, Outcome} from './outcome.ts'
import type {Ending, Note, Packet, Passage} from './packet.ts'
import {isLocal, isLoopback, routeOf, sourceFor, type Way} from './route.ts'
import {TraceError} from './trace-error.ts'
import type {Machine, Socket, World} from './world.ts'

/**
 * A connection's first packet, from the machine that sends it to its end, through rules, routes and links as the kernel takes it:
 *
 *   a program ── output ── route ── postrouting ──▶ link ──▶ prerouting ── route ─┬─ input ── a program
 *                                                                              └─ forward ── postrouting ──▶ link ──▶ ...
 *
 * Where rules draw lots it goes all ways, each with its probability; the probabilities add up to 1. Nothing is guessed: what is not
 * understood is a TraceError. What ip_vs takes from input or output goes on at output.
 */
export type Call = Pick<Packet, 'protocol' | 'destination' | 'port'> & {
  /** The name of the machine that calls. */
  readonly from: string
  /** Chosen by the route when left out. */
  readonly source?: Ip
  /** What rules remember of calls before. */
  readonly notes?: readonly Note[]
}

export function trace(world: World, {from, source, notes = [], ...to}: Call): readonly Outcome[] {
  const machine = world.get(from)
  if (machine === undefined) throw new TraceError(`there is no machine ${from}`)
  const own = source ?? sourceFor(machine, to.destination) ?? nowhere[familyOf(to.destination)]
  if (familyOf(own) !== familyOf(to.destination))
    throw new TraceError(`a packet from ${own} to ${to.destination}: the addresses are of different families`)
  const packet = {...to, sourcePort: 40_000, source: own}
  return send(world, machine, fresh(packet, {notes, probability: 1, steps: []}), hopsAtMost)
}

const nowhere: Readonly<Record<IpFamily, Ip>> = {IPv4: '0.0.0.0' as Ip, IPv6: '::' as Ip}
const hopsAtMost = 16

/* A machine knows nothing of what another thinks of a packet but what the packet itself says. */
function fresh(packet: Packet, {notes, probability, steps}: Pick<Passage, 'notes' | 'probability' | 'steps'>): Passage {
  const no = {source: false, destination: false}
  return {packet, probability, mark: 0, settled: no, rewritten: no, notes, steps}
}

function send(world: World, machine: Machine, passage: Passage, hops: number): readonly Outcome[] {
  const way = routeOf(machine, passage.packet.destination)
  if (way === undefined) return [unreachable(machine, passage)]
  return afterHook('output', {...passage, out: way.link}, machine, (next, isSent) => {
    if (isSent) return send(world, machine, next, hops)
    const found = routeOf(machine, next.packet.destination)
    return found === undefined ? [unreachable(machine, next)] : leave(world, machine, {passage: next, way: found, hops})
  })
}

type Leaving = {readonly passage: Passage; readonly way: Way; readonly hops: number}

function leave(world: World, machine: Machine, {passage, way, hops}: Leaving): readonly Outcome[] {
  return afterHook('postrouting', {...passage, out: way.link}, machine, next => {
    if (way.to === 'itself') return comeBack(world, machine, next, hops)
    // 127.0.0.1 is known on no wire; Linux lets it out only where route_localnet says so, and then nat has to have replaced it. ::1 never leaves.
    if (isLoopback(next.packet.source)) return [ending({outcome: 'dropped', at: machine.name}, next)]
    if (isLoopback(passage.packet.source) && !routesLocalnet(machine, passage.packet))
      return [ending({outcome: 'dropped', at: machine.name}, next)]
    const arrival = neighbourAt(world, machine, {link: way.link, hop: way.to})
    return arrival === undefined ? [unreachable(machine, next)] : arrive(world, arrival, next, hops - 1)
  })
}

function routesLocalnet({state}: Machine, {source}: Packet): boolean {
  return familyOf(source) === 'IPv4' && state.sysctls['net.ipv4.conf.all.route_localnet'] === '1'
}

/* By loopback, with all that the kernel knows of it already: what its nat chains have decided stands. */
function comeBack(world: World, machine: Machine, {out: _, ...passage}: Passage, hops: number): readonly Outcome[] {
  return afterHook('prerouting', {...passage, in: 'lo'}, machine, next => take(world, machine, next, hops))
}

function arrive(
  world: World,
  {machine, link, byBridge, carrier}: Arrival,
  {packet, ...passage}: Passage,
  hops: number,
): readonly Outcome[] {
  if (hops === 0)
    throw new TraceError(`the packet to ${packet.destination} goes round and round, now at ${machine.name}`)
  const family = familyOf(packet.destination)
  if (carrier && filtersBridges(carrier.machine, family))
    return carry(carrier, fresh(packet, passage), next => arrive(world, {machine, link, byBridge}, next, hops))
  const port = byBridge && filtersBridges(machine, family) ? {port: 'in' as const} : {}
  return afterHook('prerouting', {...fresh(packet, passage), in: link, ...port}, machine, next => {
    const way = routeOf(machine, next.packet.destination)
    // A machine does not believe that a packet of its own comes in from elsewhere (a martian source); with IPv6 it does not look.
    if (family === 'IPv4' && isLocal(machine, next.packet.source))
      return [ending({outcome: 'dropped', at: machine.name}, next)]
    if (way?.to === 'itself') return take(world, machine, next, hops)
    if (machine.state.sysctls[forwarding[family]] !== '1') return [ending({outcome: 'dropped', at: machine.name}, next)]
    if (way === undefined) return [unreachable(machine, next)]
    return afterHook('forward', {...next, out: way.link}, machine, onward =>
      leave(world, machine, {passage: onward, way, hops}),
    )
  })
}

const forwarding = {IPv4: 'net.ipv4.ip_forward', IPv6: 'net.ipv6.conf.all.forwarding'} as const

/* With bridge-nf-call-iptables a frame that a bridge only carries from port to port meets the rules, too. */
function carry(
  {machine, bridge}: {machine: Machine; bridge: string},
  passage: Passage,
  on: (next: Passage) => readonly Outcome[],
): readonly Outcome[] {
  const carried: Passage = {...passage, in: bridge, port: 'bridged'}
  return afterHook('prerouting', carried, machine, first => {
    if (first.packet.destination !== passage.packet.destination)
      throw new TraceError(`${machine.name} rewrites a packet that its bridge carries; that is not understood`)
    return afterHook('forward', {...first, out: bridge}, machine, second =>
      afterHook('postrouting', second, machine, on),
    )
  })
}

function filtersBridges({state}: Machine, family: IpFamily): boolean {
  return state.sysctls[callsFilters[family]] === '1'
}

const callsFilters = {
  IPv4: 'net.bridge.bridge-nf-call-iptables',
  IPv6: 'net.bridge.bridge-nf-call-ip6tables',
} as const

function take(world: World, machine: Machine, passage: Passage, hops: number): readonly Outcome[] {
  return afterHook('input', passage, machine, (next, isSent) => {
    if (isSent) return sendOn(world, machine, next, hops)
    const socket = machine.sockets.find(one => isFor(one, next.packet))
    if (socket === undefined) return [ending({outcome: 'closed', at: machine.name, packet: next.packet}, next)]
    const {source, destination: ip, port} = next.packet
    if (socket.forwards === undefined)
      return [ending({outcome: 'delivered', at: machine.name, to: {ip, port}, source}, next)]
    // A proxy that has nobody to turn to takes the connection and closes it; a datagram it only forgets.
    if (socket.forwards.length === 0 && next.packet.protocol === 'udp')
      return [ending({outcome: 'dropped', at: machine.name}, next)]
    if (socket.forwards.length === 0) return [ending({outcome: 'closed', at: machine.name, packet: next.packet}, next)]
    return socket.forwards.flatMap(place =>
      dial(world, machine, {passage: next, place, of: socket.forwards?.length ?? 1, hops}),
    )
  })
}

/* What ip_vs hands on leaves as if the machine sent it itself: no link is known any more that it came in by. */
function sendOn(world: World, machine: Machine, {in: _, port: __, ...passage}: Passage, hops: number) {
  return send(world, machine, passage, hops)
}

/* A proxy speaks to the endpoint in its own name. */
function dial(
  world: World,
  machine: Machine,
  {
    passage,
    place,
    of,
    hops,
  }: {
    readonly passage: Passage
    readonly place: {readonly ip: Ip; readonly port: number}
    readonly of: number
    readonly hops: number
  },
): readonly Outcome[] {
  const {packet, probability, ...rest} = passage
  const source = sourceFor(machine, place.ip) ?? nowhere[familyOf(place.ip)]
  const own = {...packet, source, destination: place.ip, port: place.port}
  return send(world, machine, fresh(own, {...rest, probability: probability / of}), hops - 1)
}

function isFor({protocol, port, ip}: Socket, packet: Packet): boolean {
  return protocol === packet.protocol && port === packet.port && (ip === undefined || ip === packet.destination)
}

function afterHook(
  hook: Parameters<typeof passHook>[0],
  passage: Passage,
  machine: Machine,
  on: (next: Passage, isSent: boolean) => readonly Outcome[],
): readonly Outcome[] {
  return passHook(hook, passage, machine).flatMap(
    done => end(done, machine) ?? on(done.passage, done.verdict === 'sent'),
  )
}

function end({verdict, passage}: Ending, {name: at}: Machine): readonly Outcome[] | undefined {
  if (verdict === 'drop') return [ending({outcome: 'dropped', at}, passage)]
  if (typeof verdict === 'object') return [ending({outcome: 'rejected', at, with: verdict.reject}, passage)]
  return undefined
}

function unreachable({name: at}: Machine, passage: Passage): Outcome {
  return ending({outcome: 'unreachable', at, packet: passage.packet}, passage)
}

function ending(fate: Fate, {probability, steps, notes}: Passage): Outcome {
  return {...fate, probability, steps, notes}
}
