import {familyOf} from '../net/ip.ts'
import type {Ending, Hook, Passage} from './packet.ts'
import type {Filter, Machine} from './world.ts'

/**
 * All that one of the kernel's hooks does to a packet: chains by their priority, those of iptables and of nftables side by side. What a chain
 * accepts the next one may still drop. The nat chains settle one end of the connection; when one of them rewrote it, the others are not
 * asked, and none is asked again in this machine. What is of IPv4 sees no packet of IPv6, nor the other way round.
 */
export function passHook(hook: Hook, passage: Passage, machine: Machine): readonly Ending[] {
  const family = familyOf(passage.packet.destination)
  const filters = machine.filters
    .filter(filter => filter.hook === hook && (filter.family ?? family) === family)
    .toSorted((a, b) => a.priority - b.priority)
  let endings: readonly Ending[] = [{passage, verdict: 'accept'}]
  for (const filter of filters)
    endings = endings.flatMap(ending =>
      ending.verdict === 'accept' ? through(filter, ending.passage, machine) : [ending],
    )
  return endings.map(ending =>
    ending.verdict === 'sent' ? ending : {...ending, passage: settled(hook, ending.passage)},
  )
}

function through(filter: Filter, passage: Passage, machine: Machine): readonly Ending[] {
  const end = natEnd[filter.hook]
  if (filter.isNat && (end === undefined || passage.settled[end] || passage.rewritten[end]))
    return [{passage, verdict: 'accept'}]
  return filter.run(passage, machine)
}

/* The end of the connection that a hook's nat chains decide of. */
const natEnd: Readonly<Record<Hook, 'source' | 'destination' | undefined>> = {
  prerouting: 'destination',
  output: 'destination',
  input: 'source',
  postrouting: 'source',
  forward: undefined,
}

function settled(hook: Hook, passage: Passage): Passage {
  const end = natEnd[hook]
  return end === undefined ? passage : {...passage, settled: {...passage.settled, [end]: true}}
}
