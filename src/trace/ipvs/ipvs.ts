import {type IpvsTable, type VirtualServer, virtualServerKey} from '../../kernel/ipvs/table.ts'
import type {Ending, Note, Passage} from '../packet.ts'
import {portUnreachable} from '../refusal.ts'
import {placeIn} from '../rewrite.ts'
import {withChance} from '../walk-rules.ts'
import type {Filter, Machine} from '../world.ts'

/*
 * ip_vs, the kernel's own balancer. It looks for virtual servers in two places: late among those who see what is for the machine itself (input), after all
 * that filters there; and in what the machine sends itself (output), before all that filters there. A packet for one of them has its destination rewritten and
 * is sent on from the hook output, marks and all, as if the machine had sent it: the chains of forward never see it. To conntrack it is the same
 * connection, with nothing left to decide of its destination, and no DNAT.
 */
const priorities = {input: 99, output: -98} as const

/** What ip_vs does to a machine's packets. */
export function ipvsFilters(table: IpvsTable): readonly Filter[] {
  return (['input', 'output'] as const).map(hook => ({
    hook,
    priority: priorities[hook],
    isNat: false,
    run: (passage, machine) => balanced({table, hook}, passage, machine),
  }))
}

type Looking = {readonly table: IpvsTable; readonly hook: 'input' | 'output'}

function balanced({table, hook}: Looking, passage: Passage, machine: Machine): readonly Ending[] {
  const {packet, balancedBy} = passage
  const key = virtualServerKey({protocol: packet.protocol, ip: packet.destination, port: packet.port})
  const server = table[key]
  if (server === undefined || balancedBy !== undefined) return [{passage, verdict: 'accept'}]
  const met: Passage = {...passage, steps: [...passage.steps, stepAt({key, server, hook}, machine)]}
  const chosen = realServers({key, server}, met, machine)
  // Who has nobody to hand it to says so himself.
  if (chosen.length === 0) return [{passage: met, verdict: portUnreachable(packet)}]
  return chosen.map(([place, share]) => ({
    passage: handedTo(withChance(met, share), {key, server, place, machine}),
    verdict: 'sent',
  }))
}

type Met = {readonly key: string; readonly server: VirtualServer}

function stepAt({key, server, hook}: Met & Pick<Looking, 'hook'>, {name}: Machine): Passage['steps'][number] {
  return {machine: name, hook, table: 'ip_vs', chain: key, rule: `${key} -s ${server.scheduler}`}
}

/* Each in its turn, or by whatever else the scheduler goes: to one packet of which nothing is known that is chance. A client that is remembered stays. */
function realServers({key, server}: Met, {notes, packet}: Passage, {name}: Machine) {
  const weights = Object.entries(server.servers).filter(([, weight]) => weight > 0)
  const [kept] = notes.flatMap(({machine, list, ip}) =>
    machine === name && ip === packet.source && list.startsWith(`${key} `) ? [list.slice(key.length + 1)] : [],
  )
  if (server.persistSeconds !== undefined && kept !== undefined && weights.some(([place]) => place === kept))
    return [[kept, 1] as const]
  const whole = weights.reduce((sum, [, weight]) => sum + weight, 0)
  return weights.map(([place, weight]) => [place, weight / whole] as const)
}

function handedTo(passage: Passage, {key, server, place, machine}: Met & {place: string; machine: Machine}): Passage {
  const {packet, notes} = passage
  const {ip: destination, port = packet.port} = placeIn(place)
  const note: Note = {machine: machine.name, list: `${key} ${place}`, ip: packet.source}
  return {
    ...passage,
    balancedBy: key,
    packet: {...packet, destination, port},
    settled: {...passage.settled, destination: true},
    notes: server.persistSeconds === undefined ? notes : [...notes, note],
  }
}
